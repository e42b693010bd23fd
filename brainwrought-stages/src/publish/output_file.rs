//! [`OutputTarget`]: where what was made goes, checked before any work.

use std::fs::{self, File, FileType, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use brainwrought_core::atomic_file::{create_temporary, folder_of, replace_through, sync_folder};
use rustix::fs::{Access, AtFlags, CWD, accessat};

use crate::assemble::is_own_video;
use crate::media::tags;

/// The most symbolic links that are followed; Linux follows as many, see path_resolution(7).
const MAX_LINKS: usize = 40;

/// Which files an [`OutputTarget`] may replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// Only empty files.
    Nothing,
    /// Only empty files and videos that this program made, told by the tags `comment` and `description` that it writes
    /// into each MP4 file.
    OwnVideos,
    /// Any file but the inputs, and block devices.
    Anything,
}

/// Where a finished video goes, or another file that a command makes.
///
/// [`check`](Self::check) finds out before any work whether it can go there; [`write`](Self::write) looks again
/// and puts it there. A regular file appears whole or not at all; where the path is a symbolic link, the file that it
/// leads to is replaced and the link stays. Devices and pipes are opened and written as they are.
#[derive(Debug, Clone)]
pub struct OutputTarget {
    typed: PathBuf,
    inputs: Vec<PathBuf>,
    overwrite: Overwrite,
}

/// What was made cannot go where it should.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The path names a folder.
    #[error("{} is a folder; name a file in it", .path.display())]
    Folder {
        /// The path.
        path: PathBuf,
    },
    /// The path leads to a file that it is made from.
    #[error("{} is the same file as the input {}; choose another name", .path.display(), .input.display())]
    Input {
        /// The path.
        path: PathBuf,
        /// The input.
        input: PathBuf,
    },
    /// There is a file, and none may be replaced.
    #[error("{} exists, and may hold your changes", .path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// There is a file that this program did not make.
    #[error("{} exists and is not a video that this program made", .path.display())]
    NotOwnVideo {
        /// The path.
        path: PathBuf,
    },
    /// The path leads to a block device, whose content would be lost.
    #[error("{} is a block device; writing to it would destroy what is on it", .path.display())]
    BlockDevice {
        /// The path.
        path: PathBuf,
    },
    /// The path leads to a socket.
    #[error("{} is a socket; name a file, a pipe or a device", .path.display())]
    Socket {
        /// The path.
        path: PathBuf,
    },
    /// The folder that the file would be in does not exist.
    #[error("the folder {} does not exist; make it first", .folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// The file cannot be written.
    #[error("could not write {}", .path.display())]
    Write {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl OutputError {
    /// Tells whether [`Overwrite::Anything`] would have allowed it.
    pub fn is_about_overwriting(&self) -> bool {
        matches!(self, Self::Exists { .. } | Self::NotOwnVideo { .. } | Self::BlockDevice { .. })
    }
}

/// What a path leads to.
enum Place {
    /// A regular file, or none yet, at this path, which is no symbolic link.
    File(PathBuf, Option<Metadata>),
    /// Something that is opened and written as it is.
    Stream(Metadata),
}

impl OutputTarget {
    /// Finds out whether something can be written to `path` without harm. `inputs` are the files that it is made from.
    ///
    /// Nothing is changed: a file that is created to see whether the folder can be written is removed again.
    ///
    /// # Errors
    ///
    /// Fails when the path leads to a folder, a socket or one of the inputs, to a file or a block device that may not
    /// be overwritten, into a folder that does not exist, or to a place that cannot be written.
    pub fn check(path: &Path, inputs: &[PathBuf], overwrite: Overwrite) -> Result<Self, OutputError> {
        let target = Self { typed: path.to_owned(), inputs: inputs.to_vec(), overwrite };
        let failed = |source| OutputError::Write { path: path.to_owned(), source };
        match target.allowed()? {
            Place::File(file, Some(_)) => probe(&file, None).map_err(failed)?,
            Place::File(file, None) => {
                let folder = folder_of(&file);
                if fs::metadata(folder).is_err_and(|error| error.kind() == ErrorKind::NotFound) {
                    return Err(OutputError::NoFolder { folder: folder.to_owned() });
                }
                probe(&file, file.file_name()).map_err(failed)?;
            }
            Place::Stream(_) => {
                accessat(CWD, path, Access::WRITE_OK, AtFlags::EACCESS)
                    .map_err(|errno| failed(errno.into()))?;
            }
        }
        Ok(target)
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.typed
    }

    /// The folder that the file will be in once all links are followed, if it is a file and its folder is there.
    pub fn folder(&self) -> Option<PathBuf> {
        match follow(&self.typed) {
            Ok(Place::File(file, _)) => folder_of(&file).canonicalize().ok(),
            _ => None,
        }
    }

    /// Tells whether the path leads to a pipe, where writing waits for a reader.
    pub fn is_pipe(&self) -> bool {
        fs::metadata(&self.typed).is_ok_and(|found| found.file_type().is_fifo())
    }

    /// Writes it. Where the path leads may have changed since it was checked, so it is checked again.
    ///
    /// # Errors
    ///
    /// Fails like [`check`](Self::check), and when it cannot be written; a regular file is then as it was.
    pub fn write(&self, bytes: &[u8]) -> Result<(), OutputError> {
        let written = match self.allowed()? {
            Place::File(file, found) => replace(&file, bytes, found.map(|found| found.permissions())),
            Place::Stream(_) => OpenOptions::new()
                .write(true)
                .open(&self.typed)
                .and_then(|mut stream| stream.write_all(bytes).and_then(|()| stream.flush())),
        };
        written.map_err(|source| OutputError::Write { path: self.typed.clone(), source })
    }

    /// Follows the path, and refuses what must not be written.
    fn allowed(&self) -> Result<Place, OutputError> {
        let path = || self.typed.clone();
        if self.typed.as_os_str().as_bytes().ends_with(b"/") {
            return Err(OutputError::Folder { path: path() });
        }
        let place = follow(&self.typed).map_err(|source| OutputError::Write { path: path(), source })?;
        let (Place::File(_, Some(found)) | Place::Stream(found)) = &place else { return Ok(place) };
        let kind = found.file_type();
        if kind.is_dir() {
            return Err(OutputError::Folder { path: path() });
        }
        if kind.is_socket() {
            return Err(OutputError::Socket { path: path() });
        }
        if holds_content(kind)
            && let Some(input) = self.inputs.iter().find(|input| is_same(&self.typed, found, input))
        {
            return Err(OutputError::Input { path: path(), input: input.clone() });
        }
        match (&place, self.overwrite) {
            (_, Overwrite::Anything) => Ok(place),
            _ if kind.is_block_device() => Err(OutputError::BlockDevice { path: path() }),
            (Place::File(..), Overwrite::Nothing) if found.len() > 0 => {
                Err(OutputError::Exists { path: path() })
            }
            (Place::File(file, _), Overwrite::OwnVideos) if found.len() > 0 && !is_own(file) => {
                Err(OutputError::NotOwnVideo { path: path() })
            }
            _ => Ok(place),
        }
    }
}

/// Follows symbolic links to what `path` leads to, which need not exist.
fn follow(path: &Path) -> io::Result<Place> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let found = match fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Place::File(path, None)),
            Err(error) => return Err(error),
        };
        if !found.is_symlink() {
            let is_file = found.is_file() || found.is_dir();
            return Ok(if is_file { Place::File(path, Some(found)) } else { Place::Stream(found) });
        }
        // The links below `/proc/<pid>/fd` name what is open, such as `/dev/stdout`. Replacing the file would leave
        // whoever opened it with the old one.
        if folder_of(&path).canonicalize().is_ok_and(|folder| folder.starts_with("/proc")) {
            return fs::metadata(&path).map(Place::Stream);
        }
        path = folder_of(&path).join(fs::read_link(&path)?);
    }
    Err(io::Error::from(rustix::io::Errno::LOOP))
}

/// Tells whether writing would take something away.
fn holds_content(kind: FileType) -> bool {
    kind.is_file() || kind.is_block_device()
}

/// Tells whether two paths lead to the same file, by any name or hard link.
fn is_same(path: &Path, found: &Metadata, input: &Path) -> bool {
    let Ok(other) = fs::metadata(input) else { return false };
    let is_same_device = found.file_type().is_block_device()
        && other.file_type().is_block_device()
        && found.rdev() == other.rdev();
    // Some file systems number their files anew at each look, so the names count as well.
    (found.dev(), found.ino()) == (other.dev(), other.ino())
        || is_same_device
        || matches!((path.canonicalize(), input.canonicalize()), (Ok(path), Ok(input)) if path == input)
}

fn is_own(file: &Path) -> bool {
    File::open(file).is_ok_and(|file| tags(file).is_ok_and(|tags| is_own_video(&tags)))
}

/// Sees whether the folder of `file` takes a new file, under this name or a temporary one.
fn probe(file: &Path, name: Option<&std::ffi::OsStr>) -> io::Result<()> {
    let folder = folder_of(file);
    let Some(name) = name else {
        let (temporary, _) = create_temporary(folder)?;
        return fs::remove_file(temporary);
    };
    let path = folder.join(name);
    match File::create_new(&path) {
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn replace(path: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let (temporary, file) = create_temporary(folder_of(path))?;
    replace_through(&temporary, file, path, bytes, |file| {
        let Some(permissions) = permissions else { return Ok(()) };
        // FAT has none to set; that is no reason to lose a video.
        let _ = file.set_permissions(permissions);
        file.sync_all()
    })?;
    // The video is there. A folder that may be written and not read cannot be synced, and is no reason to say otherwise.
    let _ = sync_folder(path);
    Ok(())
}
