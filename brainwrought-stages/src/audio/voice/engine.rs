//! [`Engine`]: a voice that runs on this machine, and [`LocalVoice`], which keeps it off the runtime's threads.

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;
use tokio_util::sync::CancellationToken;

use super::{ChunkSink, Speech, Utterance, Voice, VoiceError, VoiceRights};

/// An engine that speaks on this machine; its work is CPU-bound, so call it from blocking threads.
///
/// It is guaranteed that the same utterance gives the same samples, whatever the number of threads. Everything that
/// [`Voice`] promises holds for it as well.
///
/// ```
/// use brainwrought_stages::audio::{
///     ChunkSink, Engine, EngineExt, Speech, SpokenWord, Utterance, VoiceError, VoiceRights, written_words,
/// };
/// use tokio_util::sync::CancellationToken;
///
/// /// Beeps 100 ms for every word.
/// #[derive(Debug)]
/// struct Beeper;
///
/// impl Engine for Beeper {
///     fn name(&self) -> &str {
///         "beeper"
///     }
///
///     fn identity(&self) -> String {
///         "beeper/1".to_owned()
///     }
///
///     fn rights(&self) -> VoiceRights {
///         VoiceRights { licence: "CC0-1.0".to_owned(), is_model: false }
///     }
///
///     fn speak(&self, said: &Utterance, _: &CancellationToken, chunks: ChunkSink<'_>) -> Result<(), VoiceError> {
///         for written in written_words(&said.line) {
///             let words = vec![SpokenWord { written, samples: 0..2_400 }];
///             chunks(Speech { samples: vec![0.1; 2_400], sample_rate: 24_000, words });
///         }
///         Ok(())
///     }
/// }
///
/// let speech = Beeper.speak_whole(&Utterance::new("costs $45, roughly"), &CancellationToken::new())?;
/// assert_eq!((speech.words.len(), speech.words[2].samples.start), (3, 4_800));
/// # Ok::<_, VoiceError>(())
/// ```
pub trait Engine: Debug + Send + Sync + 'static {
    /// As [`Voice::name`].
    fn name(&self) -> &str;

    /// As [`Voice::identity`].
    fn identity(&self) -> String;

    /// As [`Voice::rights`].
    fn rights(&self) -> VoiceRights;

    /// Speaks one line and hands over its sound in chunks, as [`Voice::speak`] does.
    ///
    /// # Errors
    ///
    /// Fails when the engine cannot run, or with [`VoiceError::Cancelled`].
    fn speak(
        &self,
        utterance: &Utterance,
        cancellation: &CancellationToken,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError>;
}

/// Conveniences for engines; never implement this.
pub trait EngineExt: Engine {
    /// Speaks one line and joins its chunks.
    ///
    /// # Errors
    ///
    /// Fails when [`Engine::speak`] does.
    fn speak_whole(
        &self,
        utterance: &Utterance,
        cancellation: &CancellationToken,
    ) -> Result<Speech, VoiceError> {
        let mut whole = Speech::silent();
        self.speak(utterance, cancellation, &mut |chunk| whole.append(chunk))?;
        Ok(whole)
    }
}

impl<E: Engine + ?Sized> EngineExt for E {}

/// An [`Engine`] as a [`Voice`]: it speaks on a thread for blocking work.
#[derive(Debug, Clone)]
pub struct LocalVoice {
    engine: Arc<dyn Engine>,
}

impl LocalVoice {
    /// Makes a voice of `engine`.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }
}

#[async_trait]
impl Voice for LocalVoice {
    fn name(&self) -> &str {
        self.engine.name()
    }

    fn identity(&self) -> String {
        self.engine.identity()
    }

    fn rights(&self) -> VoiceRights {
        self.engine.rights()
    }

    async fn speak(
        &self,
        cx: &StageContext,
        utterance: &Utterance,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError> {
        // A full channel halts the engine, so that a long text is never held twice.
        let (sender, mut receiver) = tokio::sync::mpsc::channel(2);
        let (engine, utterance) = (Arc::clone(&self.engine), utterance.clone());
        // The engine stops as well when nobody waits for its sound any more.
        let cancellation = cx.cancellation().child_token();
        let token = cancellation.clone();
        let _guard = cancellation.drop_guard();
        let work = tokio::task::spawn_blocking(move || {
            engine.speak(&utterance, &token, &mut |chunk| {
                // Nobody listens only when the line was given up, and then the token has fired.
                let _ = sender.blocking_send(chunk);
            })
        });
        while let Some(chunk) = receiver.recv().await {
            chunks(chunk);
        }
        work.await.map_err(|error| VoiceError::Engine {
            voice: self.engine.name().to_owned(),
            action: "finish a line".to_owned(),
            source: error.into(),
        })?
    }
}
