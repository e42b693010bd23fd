//! [`Handle`]: a value that will exist once its stage has run.

use std::fmt;
use std::marker::PhantomData;

use crate::stage::StageData;

/// Stands for a value of type `T`, once a job ([`Once`]) or once for each item of a fan-out ([`PerItem`]).
pub struct Handle<T, S = Once> {
    origin: Origin,
    of: PhantomData<fn() -> (T, S)>,
}

/// The scope of values that exist once a job.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Once;

/// The scope of values that exist once for each item of a fan-out.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct PerItem;

/// Tells that a value of this scope can be seen from scope `S`: whatever exists once is seen everywhere, whatever
/// exists for each item is seen only beside the same item.
pub trait Within<S> {}

impl Within<Self> for Once {}
impl Within<PerItem> for Once {}
impl Within<Self> for PerItem {}

/// Handles that together are the input `I` of a stage in scope `S`: one handle, or a tuple of up to six.
pub trait Wires<I, S> {
    /// Where the values come from, in order.
    #[doc(hidden)]
    fn origins(&self) -> Vec<Origin>;
}

/// Where the value behind a handle comes from.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The job's input.
    Source,
    /// The output of a stage that runs once.
    Stage(usize),
    /// One item of the output of the stage that is fanned out over.
    Item(usize),
    /// The output of a stage beside the same item.
    PerItem(usize),
    /// The outputs of a stage for all items.
    Gathered(usize),
    /// All items, as they were.
    Items(usize),
}

/// What the closure of an `each` returns: a handle, or a tuple of up to six.
pub trait Gathers {
    /// What comes of it for all items together: a list for each handle.
    type Lists;

    /// Gathers what was made beside each item of the stage at `fan`.
    #[doc(hidden)]
    fn gather(self, fan: usize) -> Self::Lists;
}

impl<T, S> Handle<T, S> {
    pub(super) fn new(origin: Origin) -> Self {
        Self { origin, of: PhantomData }
    }

    pub(super) fn origin(self) -> Origin {
        self.origin
    }
}

impl<T> Handle<T> {
    pub(super) fn source() -> Self {
        Self::new(Origin::Source)
    }
}

impl<T, S> Clone for Handle<T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S> Copy for Handle<T, S> {}

impl<T, S> fmt::Debug for Handle<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handle").field(&self.origin).finish()
    }
}

impl<T: StageData, S: Within<O>, O> Wires<T, O> for Handle<T, S> {
    fn origins(&self) -> Vec<Origin> {
        vec![self.origin]
    }
}

macro_rules! tuple_wires {
    ($($name:ident $scope:ident $place:tt),+) => {
        impl<O, $($name: StageData, $scope: Within<O>),+> Wires<($($name,)+), O> for ($(Handle<$name, $scope>,)+) {
            fn origins(&self) -> Vec<Origin> {
                vec![$(self.$place.origin),+]
            }
        }
    };
}

tuple_wires!(A SA 0, B SB 1);
tuple_wires!(A SA 0, B SB 1, C SC 2);
tuple_wires!(A SA 0, B SB 1, C SC 2, D SD 3);
tuple_wires!(A SA 0, B SB 1, C SC 2, D SD 3, E SE 4);
tuple_wires!(A SA 0, B SB 1, C SC 2, D SD 3, E SE 4, F SF 5);

impl<T: StageData> Gathers for Handle<T, PerItem> {
    type Lists = Handle<Vec<T>>;

    fn gather(self, fan: usize) -> Handle<Vec<T>> {
        match self.origin {
            Origin::PerItem(place) => Handle::new(Origin::Gathered(place)),
            _ => Handle::new(Origin::Items(fan)),
        }
    }
}

macro_rules! tuple_gathers {
    ($($name:ident $place:tt),+) => {
        impl<$($name: StageData),+> Gathers for ($(Handle<$name, PerItem>,)+) {
            type Lists = ($(Handle<Vec<$name>>,)+);

            fn gather(self, fan: usize) -> Self::Lists {
                ($(self.$place.gather(fan),)+)
            }
        }
    };
}

tuple_gathers!(A 0, B 1);
tuple_gathers!(A 0, B 1, C 2);
tuple_gathers!(A 0, B 1, C 2, D 3);
tuple_gathers!(A 0, B 1, C 2, D 3, E 4);
tuple_gathers!(A 0, B 1, C 2, D 3, E 4, F 5);
