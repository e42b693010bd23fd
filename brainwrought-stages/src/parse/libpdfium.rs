//! [`find_libpdfium`]: where the native PDFium library lies.

use std::path::{Path, PathBuf};

/// Where systems keep libraries that were installed by hand or by a package.
const SYSTEM_FOLDERS: [&str; 2] = ["/usr/local/lib", "/usr/lib"];

/// Whether this build can do anything with it.
const IS_USED: bool = cfg!(feature = "pdfium");

/// The name of the library on this system.
const NAME: &str = if cfg!(target_os = "macos") {
    "libpdfium.dylib"
} else if cfg!(windows) {
    "pdfium.dll"
} else {
    "libpdfium.so"
};

/// Finds libpdfium: in `lib` below `resources`, where `make setup` puts it, beside this program, in the `lib` folder beside its
/// own, or in the system. Nothing where the feature `pdfium` is off.
pub fn find_libpdfium(resources: Option<&Path>) -> Option<PathBuf> {
    let program = std::env::current_exe().ok();
    let beside = program.as_deref().and_then(Path::parent);
    let own = beside.map(|beside| [beside.to_owned(), beside.join("../lib")]);
    let folders = resources.map(|resources| resources.join("lib")).into_iter();
    let folders = folders.chain(own.into_iter().flatten()).chain(SYSTEM_FOLDERS.map(PathBuf::from));
    folders.map(|folder| folder.join(NAME)).find(|path| IS_USED && path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "pdfium")]
    #[test]
    fn the_library_of_the_resources_comes_first() {
        let resources = tempfile::tempdir().unwrap();
        let library = resources.path().join("lib").join(NAME);
        assert_ne!(find_libpdfium(Some(resources.path())), Some(library.clone()));
        std::fs::create_dir(resources.path().join("lib")).unwrap();
        std::fs::write(&library, "").unwrap();
        assert_eq!(find_libpdfium(Some(resources.path())), Some(library));
    }
}
