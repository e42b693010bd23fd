//! What a build without some of the features says when somebody asks for them; a build with all of them has nothing to say.

#![cfg(not(all(feature = "onnxruntime", feature = "pdfium", feature = "providers")))]

#[cfg(not(feature = "onnxruntime"))]
#[test]
fn a_voice_of_kokoro_asks_for_onnxruntime() {
    use brainwrought_core::data::Language;
    use tokio_util::sync::CancellationToken;

    use brainwrought_stages::audio::{VoiceError, VoiceLibrary};

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
    assert_eq!(brainwrought_stages::parse::find_libpdfium(Some(resources.path())), None);
}

#[cfg(not(feature = "providers"))]
#[test]
fn whoever_calls_providers_asks_for_the_feature() {
    use brainwrought_stages::llm::LlmChoice;
    use brainwrought_stages::provider::{ProviderError, ProviderSettings, Secret};
    use brainwrought_stages::visuals::Pictures;

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

    use brainwrought_stages::provider::ProviderSettings;
    use brainwrought_stages::script::{TrendChoice, TrendTopic};

    let task = TaskKey { stage: "script".into(), segment: None };
    let store = Arc::new(MemoryArtifactStore::default());
    let job = JobId::random().unwrap();
    let cx = StageContext::new(job, task, store, PathBuf::new(), CancellationToken::new());
    let choice: TrendChoice = "http://127.0.0.1:8080/mcp".parse().unwrap();
    let source = choice.open(&ProviderSettings::default(), None).unwrap();
    let error = source.fetch(&TrendTopic::default(), &cx).await.unwrap_err();
    assert!(error.to_string().contains("`providers`"), "{error:?}");
}
