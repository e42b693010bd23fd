//! [`Stage`]: a pure step from stored values to stored values, and what it may see while it runs.

mod context;

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use self::context::{StageBudget, StageContext};
use crate::artifact_store::ArtifactStoreError;
use crate::room::is_full;

/// A value that travels between stages as small, versioned JSON.
///
/// Large bytes inside it must be [`BlobRef`](crate::data::BlobRef)s: that is how the engine knows which artifacts a job needs.
pub trait StageData: Serialize + DeserializeOwned + Clone + fmt::Debug + Send + Sync + 'static {
    /// Name and number of the stored form, such as `script/1`. A change that breaks old JSON needs a new number.
    const SCHEMA: &'static str;
}

impl<T: StageData> StageData for Vec<T> {
    // It ends with the number of the items' form, so that a list of another form of them is known as older or newer.
    const SCHEMA: &'static str = ListSchema::<T>::NAME;
}

/// Puts the name of a list's form together: that of its items after `list of `.
struct ListSchema<T>(PhantomData<T>);

impl<T: StageData> ListSchema<T> {
    const PREFIX: &'static [u8] = b"list of ";

    const LENGTH: usize = Self::PREFIX.len() + T::SCHEMA.len();

    const BYTES: &'static [u8; 256] = &{
        let item = T::SCHEMA.as_bytes();
        let mut bytes = [0; 256];
        let mut place = 0;
        while place < Self::LENGTH {
            let prefix = Self::PREFIX.len();
            bytes[place] = if place < prefix { Self::PREFIX[place] } else { item[place - prefix] };
            place += 1;
        }
        bytes
    };

    const NAME: &'static str = match std::str::from_utf8(Self::BYTES.split_at(Self::LENGTH).0) {
        Ok(name) => name,
        Err(_) => panic!("two texts after each other are a text"),
    };
}

macro_rules! plain_data {
    ($($plain:ty: $schema:literal),+ $(,)?) => {
        $(impl StageData for $plain {
            const SCHEMA: &'static str = $schema;
        })+
    };
}

plain_data!((): "unit/1", bool: "bool/1", i64: "i64/1", u64: "u64/1", String: "string/1", Value: "json/1");

/// A value that a pipeline can fan out over: one task per item.
pub trait Fan: StageData {
    /// What each task gets.
    type Item: StageData;

    /// Lists the items, in order.
    fn items(&self) -> Vec<Self::Item>;
}

/// A pure step of a pipeline.
///
/// The serialised stage **is** its settings: they go into the fingerprint, so two stages that serialise alike must do
/// alike. Clients and secrets are `#[serde(skip)]`; maps are `BTreeMap`s. A stage reads its input, its settings and
/// its [`StageContext`], nothing else: no clock, no environment, no random source but a seed in its settings. CPU-bound
/// work goes through `tokio::task::spawn_blocking` and looks at [`StageContext::cancellation`] between pages or frames.
///
/// ```
/// use brainwrought_core::stage::{Stage, StageContext, StageError};
/// use brainwrought_core::data::Document;
///
/// #[derive(Debug, serde::Serialize)]
/// struct ShoutTitle { marks: usize }
///
/// impl Stage for ShoutTitle {
///     const NAME: &'static str = "shout";
///     const VERSION: u32 = 1;
///     type Input = Document;
///     type Output = Document;
///
///     async fn run(&self, _cx: &StageContext, mut input: Document) -> Result<Document, StageError> {
///         input.title = input.title.to_uppercase() + &"!".repeat(self.marks);
///         Ok(input)
///     }
/// }
/// ```
pub trait Stage: Serialize + fmt::Debug + Send + Sync + 'static {
    /// The stage's name; unique in its pipeline.
    const NAME: &'static str;
    /// Grows whenever the same settings and inputs would give another output.
    const VERSION: u32;
    /// False for a stage that exists for its effect outside the artifact store, such as delivering a file. It runs for
    /// every job, even when another job with the same inputs has run it, and must be idempotent.
    const IS_CACHED: bool = true;
    /// What it needs: one value, or a tuple of up to six.
    type Input: StageInput;
    /// What it makes.
    type Output: StageData;

    /// Does the work.
    ///
    /// It is guaranteed that every input is complete. It is not guaranteed that the work runs only once: a lease may be
    /// lost and the task given to another worker, so effects outside the artifact store must be idempotent.
    ///
    /// # Errors
    ///
    /// The stage decides whether trying again can help: see [`StageError::retryable`] and [`StageError::fatal`].
    fn run(
        &self,
        cx: &StageContext,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, StageError>> + Send;
}

/// What a stage takes: one [`StageData`], or a tuple of up to six.
pub trait StageInput: Sized + Send + 'static {
    /// Rebuilds the input from the stored values, in the order of the handles.
    ///
    /// # Errors
    ///
    /// Fails when a stored value does not have the form that the type expects.
    fn decode(values: Vec<Value>) -> Result<Self, serde_json::Error>;
}

impl<T: StageData> StageInput for T {
    fn decode(values: Vec<Value>) -> Result<Self, serde_json::Error> {
        let mut values = values.into_iter();
        serde_json::from_value(values.next().unwrap_or(Value::Null))
    }
}

macro_rules! tuple_input {
    ($($name:ident),+) => {
        impl<$($name: StageData),+> StageInput for ($($name,)+) {
            fn decode(values: Vec<Value>) -> Result<Self, serde_json::Error> {
                let mut values = values.into_iter();
                Ok(($(serde_json::from_value::<$name>(values.next().unwrap_or(Value::Null))?,)+))
            }
        }
    };
}

tuple_input!(A, B);
tuple_input!(A, B, C);
tuple_input!(A, B, C, D);
tuple_input!(A, B, C, D, E);
tuple_input!(A, B, C, D, E, F);

/// Why a stage could not do its work, and whether trying again can help.
#[derive(Debug)]
pub struct StageError {
    retryable: bool,
    /// True when the store was found full before the stage ran.
    before_work: bool,
    /// True when it happened to a file in the scratch folder.
    in_scratch: bool,
    source: Box<dyn Error + Send + Sync>,
}

impl StageError {
    /// Says that the same input may succeed later, or elsewhere.
    pub fn retryable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { retryable: true, before_work: false, in_scratch: false, source: error.into() }
    }

    /// Says that the same input can never succeed.
    pub fn fatal(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { retryable: false, before_work: false, in_scratch: false, source: error.into() }
    }

    /// Says that the work stopped because it was told to.
    pub fn cancelled() -> Self {
        Self::retryable(Cancelled)
    }

    /// Takes the error out, if it is an `E`.
    ///
    /// # Errors
    ///
    /// Gives itself back when it is not.
    pub fn downcast<E: Error + 'static>(self) -> Result<E, Self> {
        let Self { retryable, before_work, in_scratch, source } = self;
        let back = |source| Self { retryable, before_work, in_scratch, source };
        source.downcast::<E>().map(|error| *error).map_err(back)
    }

    /// Says that it happened to a file in the scratch folder. When that has no room, the task rests until there is some,
    /// whether or not trying again could help otherwise.
    #[must_use]
    pub fn in_scratch(self) -> Self {
        Self { in_scratch: true, ..self }
    }

    /// Tells whether trying again can help.
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// Says that the artifact store has no room, which was found out before the stage ran.
    pub(crate) fn no_room(error: ArtifactStoreError) -> Self {
        Self { retryable: true, before_work: true, in_scratch: false, source: error.into() }
    }

    /// Says that the scratch folder could not be made, so that the stage did not run.
    pub(crate) fn no_scratch(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { retryable: true, before_work: true, in_scratch: true, source: error.into() }
    }

    /// Tells whether it was found out before the stage ran.
    pub(crate) fn is_before_work(&self) -> bool {
        self.before_work
    }

    /// Finds the error of an artifact store that has no room, if that is the cause.
    pub(crate) fn full_store(&self) -> Option<&ArtifactStoreError> {
        let mut cause: Option<&(dyn Error + 'static)> = Some(self.source.as_ref());
        while let Some(error) = cause {
            if let Some(full @ ArtifactStoreError::Full(_)) = error.downcast_ref() {
                return Some(full);
            }
            cause = error.source();
        }
        None
    }

    /// Finds the error of a file system that has no room, if that is the cause.
    pub(crate) fn full_disk(&self) -> Option<&std::io::Error> {
        let mut cause: Option<&(dyn Error + 'static)> = Some(self.source.as_ref());
        while let Some(error) = cause {
            if let Some(full) = error.downcast_ref::<std::io::Error>().filter(|error| is_full(error)) {
                return Some(full);
            }
            cause = error.source();
        }
        None
    }

    /// Tells whether the scratch folder has no room.
    pub(crate) fn is_full_scratch(&self) -> bool {
        self.in_scratch && self.full_disk().is_some()
    }

    /// Tells whether the work stopped because it was told to.
    pub fn is_cancelled(&self) -> bool {
        self.source.is::<Cancelled>()
    }
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Error for StageError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}

impl From<ArtifactStoreError> for StageError {
    /// A store may come back, so this is worth another attempt.
    fn from(error: ArtifactStoreError) -> Self {
        Self::retryable(error)
    }
}

impl From<tokio::task::JoinError> for StageError {
    /// A panic in blocking work is a bug of ours; another attempt would meet it again.
    fn from(error: tokio::task::JoinError) -> Self {
        Self::fatal(error)
    }
}

/// Work stopped because it was told to.
#[derive(Debug, thiserror::Error)]
#[error("the work was cancelled")]
struct Cancelled;
