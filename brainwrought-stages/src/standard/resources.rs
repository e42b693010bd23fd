//! [`Resources`]: where the default stages find what is not built in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use brainwrought_core::publisher::Publisher;

use crate::audio::VoiceLibrary;
use crate::parse::{OcrWeights, Password, PdfHost, find_libpdfium};
use crate::provider::ProviderSettings;
use crate::render::RenderTurns;
use crate::script::TrendCommand;
use crate::text::Fonts;
use crate::visuals::VideoGenerator;

/// Where the default stages find what is not built in. It never goes into a job: two machines may differ in it.
///
/// Cloning is cheap, and clones share the voice and the fonts once they are loaded.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Resources {
    /// How PDFs are read: in a child process of this program.
    pub host: PdfHost,
    /// The voices.
    pub voices: VoiceLibrary,
    /// The fonts for captions and cards.
    pub fonts: Fonts,
    /// The folder for finished videos; each job gets a folder in it.
    pub outputs: PathBuf,
    /// Where the world finds finished videos, if it should.
    pub publisher: Option<Arc<dyn Publisher>>,
    /// How much is rendered at once in this process.
    pub render_turns: RenderTurns,
    /// Keys, addresses and prices of providers, and whether anything may be sent.
    pub providers: ProviderSettings,
    /// Servers that make clips, by their names; jobs store nothing of them but the name.
    pub video_generators: BTreeMap<String, VideoGenerator>,
    /// The command that looks trends up, if this machine lets jobs start one.
    pub trend_command: Option<TrendCommand>,
}

/// Where Debian and Ubuntu, Fedora, Arch and macOS keep Noto fonts.
const FONT_FOLDERS: [&str; 6] = [
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/google-noto",
    "/usr/share/fonts/noto",
    "/usr/share/fonts/noto-cjk",
    "/Library/Fonts/Noto",
];

impl Resources {
    /// Finds everything under `folder`, where `make setup` puts it, and this program as the host of its PDF parser.
    ///
    /// The program's `main` must begin with [`crate::parse::serve_if_child`]. What is missing is only missed by the
    /// stage that needs it, with a typed error; [`super::examine`] tells beforehand.
    ///
    /// # Errors
    ///
    /// Fails when the system does not tell where this program lies.
    pub fn new(folder: &Path, outputs: PathBuf) -> std::io::Result<Self> {
        let mut host = PdfHost::this_program()?;
        if let Some(library) = find_libpdfium(Some(folder)) {
            host = host.with_libpdfium(&library);
        }
        host = host.with_ocr_weights(OcrWeights::find(folder));
        let fonts = Self::find_fonts();
        let mut voices = VoiceLibrary::new(folder.join("voices"));
        if let Some(espeak) = Self::find_espeak() {
            voices.espeak = espeak;
        }
        let providers = ProviderSettings::default();
        let render_turns = RenderTurns::default();
        Ok(Self {
            host,
            voices,
            fonts,
            outputs,
            publisher: None,
            render_turns,
            providers,
            video_generators: BTreeMap::new(),
            trend_command: None,
        })
    }

    /// Sets the password that encrypted PDFs are opened with. It stays in memory.
    #[must_use]
    pub fn with_password(mut self, password: Option<String>) -> Self {
        self.host = self.host.with_password(password.map(Password::new));
        self
    }

    /// Sets where finished videos are published.
    #[must_use]
    pub fn with_publisher(mut self, publisher: Option<Arc<dyn Publisher>>) -> Self {
        self.publisher = publisher;
        self
    }

    /// Sets how many tasks of the usual size are rendered at once: those that the worker takes on. Larger ones take the place
    /// of several.
    #[must_use]
    pub fn with_render_tasks(mut self, tasks: usize) -> Self {
        self.render_turns = RenderTurns::for_tasks(tasks);
        self
    }

    /// Sets what is known of providers.
    #[must_use]
    pub fn with_providers(mut self, providers: ProviderSettings) -> Self {
        self.providers = providers;
        self
    }

    /// Sets the servers that make clips.
    #[must_use]
    pub fn with_video_generators(mut self, generators: BTreeMap<String, VideoGenerator>) -> Self {
        self.video_generators = generators;
        self
    }

    /// Sets the command that jobs may start to look trends up.
    #[must_use]
    pub fn with_trend_command(mut self, command: Option<TrendCommand>) -> Self {
        self.trend_command = command;
        self
    }

    /// Forgets the voice and the fonts that were loaded, some 100 MB; they are loaded again when they are needed.
    pub fn unload(&self) {
        self.voices.unload();
        self.fonts.unload();
    }

    /// The folder that an installed package has beside this program: `../lib/brainwrought`. `None` when there is none.
    pub fn installed_folder() -> Option<PathBuf> {
        // A link in a folder of commands leads to the package.
        let program = std::env::current_exe().and_then(std::fs::canonicalize).ok()?;
        let folder = program.parent()?.parent()?.join("lib").join("brainwrought");
        folder.is_dir().then_some(folder)
    }

    /// Finds espeak-ng where package managers put it.
    pub fn find_espeak() -> Option<PathBuf> {
        let folders = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin"];
        folders.iter().map(|folder| Path::new(folder).join("espeak-ng")).find(|path| path.is_file())
    }

    /// The built-in fonts, and those of the system for scripts that they do not have.
    pub fn find_fonts() -> Fonts {
        let folders = Self::font_folders();
        folders.iter().fold(Fonts::embedded(), |fonts, folder| fonts.with_folder(folder))
    }

    /// The folders with fonts for scripts that the built-in ones do not have, as far as they exist.
    pub fn font_folders() -> Vec<PathBuf> {
        FONT_FOLDERS.iter().map(PathBuf::from).filter(|folder| folder.is_dir()).collect()
    }
}
