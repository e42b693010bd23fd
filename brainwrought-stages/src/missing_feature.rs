//! [`MissingFeature`]: something was asked for that this build of the crate leaves out.

/// Something was asked for that this build of the crate leaves out. The table in the documentation of the crate tells
/// what each feature brings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what} needs the feature `{feature}` of brainwrought-stages, which this build leaves out; build it with that feature"
)]
pub struct MissingFeature {
    /// What was asked for, such as `the voice kokoro/af_heart`.
    pub what: String,
    /// The feature that brings it.
    pub feature: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_feature_to_build_with() {
        let missing =
            MissingFeature { what: "the voice kokoro/am_michael".to_owned(), feature: "onnxruntime" };
        let expected = "the voice kokoro/am_michael needs the feature `onnxruntime` of brainwrought-stages, which this \
                        build leaves out; build it with that feature";
        assert_eq!(missing.to_string(), expected);
    }

    #[cfg(not(feature = "onnxruntime"))]
    #[test]
    fn a_voice_of_kokoro_asks_for_onnxruntime() {
        use brainwrought_core::data::Language;
        use tokio_util::sync::CancellationToken;

        use crate::audio::{VoiceError, VoiceLibrary};

        let library = VoiceLibrary::new("/nowhere");
        let token = CancellationToken::new();
        assert!(VoiceLibrary::check_name("kokoro/am_michael").is_ok());
        let error = library.voice("kokoro/am_michael", &Language::english(), &token).unwrap_err();
        assert!(matches!(&error, VoiceError::MissingFeature(it) if it.feature == "onnxruntime"), "{error:?}");
        let listed = library.list().into_iter().find(|voice| voice.name == "kokoro/SPEAKER").unwrap();
        assert!(!listed.present && listed.detail.contains("`onnxruntime`"), "{listed:?}");
    }

    #[cfg(not(feature = "pdfium"))]
    #[test]
    fn no_library_of_pdfium_is_looked_for() {
        let resources = tempfile::tempdir().unwrap();
        std::fs::create_dir(resources.path().join("lib")).unwrap();
        std::fs::write(resources.path().join("lib/libpdfium.so"), "").unwrap();
        assert_eq!(crate::parse::find_libpdfium(Some(resources.path())), None);
    }

    #[cfg(not(feature = "providers"))]
    #[test]
    fn whoever_calls_providers_asks_for_the_feature() {
        use crate::llm::LlmChoice;
        use crate::provider::{ProviderError, ProviderSettings, Secret};
        use crate::visuals::Pictures;

        let mut settings = ProviderSettings::default();
        settings.keys.insert("openai".to_owned(), Secret::new("sk-hush-0123456789").unwrap());
        let is_missing = |error: &ProviderError| matches!(error, ProviderError::MissingFeature(it) if it.feature == "providers");
        for name in ["openai:gpt-5-mini", "http://127.0.0.1:8080/v1#smollm2"] {
            // What was chosen is still read, so that a job can be looked at and handed on.
            let error = name.parse::<LlmChoice>().unwrap().open(&settings).unwrap_err();
            assert!(is_missing(&error) && !error.is_retryable() && error.allows_fallback(), "{error:?}");
        }
        let error = Pictures::OpenAi("gpt-image-1".to_owned()).open(&settings).unwrap_err();
        assert!(is_missing(&error), "{error:?}");
    }

    #[cfg(not(feature = "providers"))]
    #[tokio::test]
    async fn a_server_of_trends_gives_way_to_the_lexicon() {
        use std::path::PathBuf;
        use std::sync::Arc;

        use brainwrought_core::id::{JobId, TaskKey};
        use brainwrought_core::memory::MemoryArtifactStore;
        use brainwrought_core::stage::StageContext;
        use tokio_util::sync::CancellationToken;

        use crate::provider::ProviderSettings;
        use crate::script::{TrendChoice, TrendTopic};

        let task = TaskKey { stage: "script".into(), segment: None };
        let store = Arc::new(MemoryArtifactStore::default());
        let job = JobId::random().unwrap();
        let cx = StageContext::new(job, task, store, PathBuf::new(), CancellationToken::new());
        let choice: TrendChoice = "http://127.0.0.1:8080/mcp".parse().unwrap();
        let source = choice.open(&ProviderSettings::default(), None).unwrap();
        let error = source.fetch(&TrendTopic::default(), &cx).await.unwrap_err();
        assert!(error.to_string().contains("`providers`"), "{error:?}");
    }
}
