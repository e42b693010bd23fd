//! Where a video may go, what is replaced there and what is refused: files, links, pipes and devices of a scratch folder.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use brainwrought_core::atomic_file::write_whole;
use brainwrought_stages::publish::{OutputError, OutputTarget, Overwrite};

/// A folder with an input in it.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(bench.path("paper.pdf"), "the input").unwrap();
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn check(&self, name: &str, overwrite: Overwrite) -> Result<OutputTarget, OutputError> {
        OutputTarget::check(&self.path(name), &[self.path("paper.pdf")], overwrite)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// The names in the folder, without those of temporary files if there are none.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[expect(clippy::disallowed_methods, reason = "nodes are made by the system's own tools")]
    fn make(&self, tool: &str, name: &str, arguments: &[&str]) -> bool {
        let made = Command::new(tool).arg(self.path(name)).args(arguments).output();
        made.is_ok_and(|made| made.status.success())
    }
}

#[test]
fn a_new_file_appears_whole_and_checking_leaves_nothing_behind() {
    let bench = Bench::new();
    let target = bench.check("video.mp4", Overwrite::OwnVideos).unwrap();
    assert_eq!(bench.names(), ["paper.pdf"]);
    target.write(b"video").unwrap();
    assert_eq!(bench.read("video.mp4"), b"video");
    assert_eq!(bench.names(), ["paper.pdf", "video.mp4"]);
}

#[test]
fn folders_are_refused() {
    let bench = Bench::new();
    fs::create_dir(bench.path("folder")).unwrap();
    symlink("folder", bench.path("link")).unwrap();
    for name in ["folder", "link", "none/", "."] {
        let refused = bench.check(name, Overwrite::Anything).unwrap_err();
        assert!(matches!(refused, OutputError::Folder { .. }), "{name}: {refused:?}");
    }
}

#[test]
fn the_input_is_refused_by_every_name_it_has() {
    let bench = Bench::new();
    symlink("paper.pdf", bench.path("link.mp4")).unwrap();
    symlink("link.mp4", bench.path("link of a link.mp4")).unwrap();
    fs::hard_link(bench.path("paper.pdf"), bench.path("hard.mp4")).unwrap();
    for name in ["paper.pdf", "link.mp4", "link of a link.mp4", "hard.mp4", "./paper.pdf"] {
        let refused = bench.check(name, Overwrite::Anything).unwrap_err();
        assert!(matches!(refused, OutputError::Input { .. }), "{name}: {refused:?}");
    }
    // A link that is made while the video is rendered is noticed before it is written.
    let target = bench.check("later.mp4", Overwrite::Anything).unwrap();
    symlink("paper.pdf", bench.path("later.mp4")).unwrap();
    assert!(matches!(target.write(b"video"), Err(OutputError::Input { .. })));
    assert_eq!(bench.read("paper.pdf"), b"the input");
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let bench = Bench::new();
    fs::create_dir(bench.path("videos")).unwrap();
    fs::write(bench.path("videos/old.mp4"), "").unwrap();
    symlink("videos/old.mp4", bench.path("link.mp4")).unwrap();
    symlink("videos/new.mp4", bench.path("dangling.mp4")).unwrap();
    for name in ["link.mp4", "dangling.mp4"] {
        bench.check(name, Overwrite::OwnVideos).unwrap().write(name.as_bytes()).unwrap();
        assert!(bench.path(name).is_symlink(), "{name}");
    }
    assert_eq!(bench.read("videos/old.mp4"), b"link.mp4");
    assert_eq!(bench.read("videos/new.mp4"), b"dangling.mp4");
    symlink("loop", bench.path("loop")).unwrap();
    assert!(bench.check("loop", Overwrite::Anything).is_err());
}

#[test]
fn what_people_edit_replaces_nothing_but_an_empty_file() {
    let bench = Bench::new();
    fs::write(bench.path("empty.toml"), "").unwrap();
    bench.check("empty.toml", Overwrite::Nothing).unwrap().write(b"script").unwrap();
    let refused = bench.check("empty.toml", Overwrite::Nothing).unwrap_err();
    assert!(matches!(refused, OutputError::Exists { .. }) && refused.is_about_overwriting(), "{refused:?}");
    assert_eq!(bench.read("empty.toml"), b"script");
}

#[test]
fn the_folder_of_a_target_is_that_behind_its_links() {
    let bench = Bench::new();
    fs::create_dir(bench.path("kept")).unwrap();
    symlink("kept/new.mp4", bench.path("dangling.mp4")).unwrap();
    let target = bench.check("dangling.mp4", Overwrite::OwnVideos).unwrap();
    assert_eq!(target.folder(), Some(bench.path("kept").canonicalize().unwrap()));
}

#[test]
fn a_file_of_somebody_else_is_replaced_only_when_asked_for() {
    let bench = Bench::new();
    fs::write(bench.path("empty.mp4"), "").unwrap();
    bench.check("empty.mp4", Overwrite::OwnVideos).unwrap();
    for content in ["a holiday", "\0\0\0\x18ftypisom\0\0\0\0isommp42"] {
        fs::write(bench.path("other.mp4"), content).unwrap();
        fs::set_permissions(bench.path("other.mp4"), Permissions::from_mode(0o640)).unwrap();
        let refused = bench.check("other.mp4", Overwrite::OwnVideos).unwrap_err();
        assert!(matches!(refused, OutputError::NotOwnVideo { .. }), "{refused:?}");
        assert!(refused.is_about_overwriting());
        assert_eq!(bench.read("other.mp4"), content.as_bytes());
        bench.check("other.mp4", Overwrite::Anything).unwrap().write(b"video").unwrap();
        assert_eq!(bench.read("other.mp4"), b"video");
        let mode = fs::metadata(bench.path("other.mp4")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "who may read it stays as it was");
    }
}

#[test]
fn a_missing_or_read_only_folder_is_noticed_at_once() {
    let bench = Bench::new();
    let missing = bench.check("nowhere/video.mp4", Overwrite::OwnVideos).unwrap_err();
    assert!(matches!(missing, OutputError::NoFolder { .. }), "{missing:?}");
    // Nobody, root included, can make a file there.
    let refused = OutputTarget::check(Path::new("/proc/video.mp4"), &[], Overwrite::Anything).unwrap_err();
    assert!(matches!(refused, OutputError::Write { .. }), "{refused:?}");
}

#[test]
fn names_as_long_as_the_file_system_takes_them_fit_and_longer_ones_are_refused_at_once() {
    let bench = Bench::new();
    let longest = "x".repeat(251) + ".mp4";
    bench.check(&longest, Overwrite::OwnVideos).unwrap().write(b"video").unwrap();
    bench.check(&longest, Overwrite::Anything).unwrap().write(b"again").unwrap();
    assert_eq!(bench.read(&longest), b"again");
    assert!(bench.check(&("x".to_owned() + &longest), Overwrite::OwnVideos).is_err());
    write_whole(&bench.path(&longest), b"beside").unwrap();
}

#[test]
fn a_pipe_is_written_as_it_is() {
    let bench = Bench::new();
    assert!(bench.make("mkfifo", "pipe", &[]), "`mkfifo` is in coreutils");
    let target = bench.check("pipe", Overwrite::OwnVideos).unwrap();
    assert!(target.is_pipe());
    let reader = bench.path("pipe");
    let reader = std::thread::spawn(move || fs::read(reader).unwrap());
    target.write(b"video").unwrap();
    assert_eq!(reader.join().unwrap(), b"video");
    assert!(fs::symlink_metadata(bench.path("pipe")).unwrap().file_type().is_fifo());
}

#[test]
fn a_device_is_written_as_it_is_and_a_block_device_only_when_asked_for() {
    let bench = Bench::new();
    // As `/dev/null`; and a number that no driver has, which cannot be opened. Only root makes nodes.
    if !bench.make("mknod", "null", &["c", "1", "3"])
        || !bench.make("mknod", "disk", &["b", "259", "1048575"])
    {
        return;
    }
    bench.check("null", Overwrite::OwnVideos).unwrap().write(b"video").unwrap();
    assert!(fs::symlink_metadata(bench.path("null")).unwrap().file_type().is_char_device());
    let refused = bench.check("disk", Overwrite::OwnVideos).unwrap_err();
    assert!(matches!(refused, OutputError::BlockDevice { .. }), "{refused:?}");
    bench.check("disk", Overwrite::Anything).unwrap();
    assert!(fs::symlink_metadata(bench.path("disk")).unwrap().file_type().is_block_device());
}

#[test]
fn a_link_to_an_open_file_is_written_through() {
    let bench = Bench::new();
    let open = File::create(bench.path("open.mp4")).unwrap();
    let link = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open));
    let target = OutputTarget::check(Path::new(&link), &[], Overwrite::OwnVideos).unwrap();
    target.write(b"video").unwrap();
    assert_eq!(fs::metadata(bench.path("open.mp4")).unwrap().ino(), open.metadata().unwrap().ino());
    assert_eq!(bench.read("open.mp4"), b"video");
}

#[test]
fn files_in_folders_of_our_own_make_their_folders_and_replace_links() {
    let bench = Bench::new();
    write_whole(&bench.path("job/video.mp4"), b"one").unwrap();
    symlink("../paper.pdf", bench.path("job/captions.srt")).unwrap();
    write_whole(&bench.path("job/captions.srt"), b"two").unwrap();
    assert_eq!(bench.read("paper.pdf"), b"the input");
    assert_eq!(fs::read_dir(bench.path("job")).unwrap().count(), 2);
    assert!(write_whole(&bench.path("job"), b"").is_err());
}
