//! What places for pictures are asked, what becomes of what they send, and of every way to fail.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::data::{
    Background, Citation, Document, IllustrationKind, Language, Line, LineRole, Page, PanelKind, Scene,
    SceneKind, Segment, VisualCue, Visuals,
};
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::purse::Cost;
use brainwrought_core::stage::{Stage as _, StageContext, StageError};
use image::ImageFormat;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::raster::tests::picture;
use super::*;
use crate::llm::tests::peer::Peer;
use crate::media::{EncoderSettings, H264Encoder, Mp4Settings, Mp4Writer};
use crate::picture::{RgbaImage, YuvFrame};
use crate::provider::scripted_server::{Act, ScriptedServer, json as answer};
use crate::provider::{Network, Patience, ProviderSettings, Request, Secret};
use crate::visuals::PrepareVisuals;

const JPEG: &str = "content-type: image/jpeg\r\n";
const MP4: &str = "content-type: video/mp4\r\n";

fn settings(base: &str) -> ProviderSettings {
    let mut settings = ProviderSettings::default();
    for (name, path) in [("openai", "/v1"), ("gemini", ""), ("pexels", ""), ("pixabay", "/api")] {
        settings.keys.insert(name.to_owned(), Secret::new("sk-hush-0123456789").unwrap());
        settings.bases.insert(name.to_owned(), format!("{base}{path}"));
    }
    settings.patience = Patience { retries: Some(1), read_timeout_ms: Some(150), first_rest_ms: Some(1) };
    settings
}

fn context() -> StageContext {
    context_of(&(Arc::new(MemoryArtifactStore::default()) as Arc<dyn ArtifactStore>))
}

fn context_of(store: &Arc<dyn ArtifactStore>) -> StageContext {
    let key = TaskKey { stage: "visuals".into(), segment: Some(0) };
    StageContext::new(
        JobId::random().unwrap(),
        key,
        Arc::clone(store),
        PathBuf::new(),
        CancellationToken::new(),
    )
}

fn wish(query: &str, kind: IllustrationKind) -> Wish {
    let (width, height) = if kind == IllustrationKind::Clip { (540, 960) } else { (406, 330) };
    Wish { query: query.to_owned(), kind, width, height }
}

fn photo() -> Vec<u8> {
    picture(600, 400, ImageFormat::Jpeg)
}

/// A short clip of grey frames.
fn clip() -> Vec<u8> {
    let settings = EncoderSettings { width: 96, height: 160, ..EncoderSettings::default() };
    let mut encoder = H264Encoder::new(&settings).unwrap();
    for _ in 0..6 {
        encoder.push(&YuvFrame::black(96, 160)).unwrap();
    }
    let stream = encoder.finish().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clip.mp4");
    let about = Mp4Settings {
        fps: settings.fps,
        title: String::new(),
        comment: String::new(),
        description: String::new(),
        language: Language::english(),
        audio_bit_rate: 96_000,
    };
    let silence = vec![0.0; 2 * 6 * 48_000 / settings.fps as usize];
    let mut writer = Mp4Writer::create(&path, about, silence).unwrap();
    writer.push_clip(&stream.into()).unwrap();
    writer.finish().unwrap();
    std::fs::read(path).unwrap()
}

fn drawn(bytes: &[u8]) -> Act {
    answer(200, &json!({ "created": 1, "data": [{ "b64_json": STANDARD.encode(bytes) }] }))
}

fn first_lines(server: &ScriptedServer) -> Vec<String> {
    server.requests().iter().map(|request| request.split(" HTTP").next().unwrap().to_owned()).collect()
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

async fn fetched(pictures: &Pictures, base: &str, wish: &Wish) -> Result<Kept, IllustrateError> {
    let illustrator = pictures.open(&settings(base)).unwrap();
    illustration(&context(), illustrator.as_ref(), wish).await
}

#[tokio::test]
async fn openai_draws_a_picture_once() {
    let server = ScriptedServer::start(vec![drawn(&photo())]).await;
    let illustrator = Pictures::OpenAi("gpt-image-1".to_owned()).open(&settings(&server.url)).unwrap();
    let store: Arc<dyn ArtifactStore> = Arc::new(MemoryArtifactStore::default());
    let cx = context_of(&store);
    let wish = wish("a queue at a counter", IllustrationKind::Still);
    let kept = illustration(&cx, illustrator.as_ref(), &wish).await.unwrap();
    let image = RgbaImage::from_png(&cx.get(&kept.media).await.unwrap()).unwrap();
    assert_eq!((image.width(), image.height()), (406, 271));
    assert!(kept.credit.synthetic && kept.credit.shown.as_deref() == Some("AI · gpt-image-1"));
    // The same wish of another job costs nothing, and the manifest tells of the call all the same.
    let other = context_of(&store);
    assert_eq!(illustration(&other, illustrator.as_ref(), &wish).await.unwrap(), kept);
    assert_eq!(server.requests().len(), 1);
    assert_eq!((other.calls().len(), other.calls()[0].cost), (1, Cost::from_usd(0.25)));
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /v1/images/generations HTTP/1.1\r\n"), "{request}");
    let sent = body(request);
    assert_eq!((&sent["size"], &sent["output_format"]), (&json!("1024x1024"), &json!("jpeg")));
    assert!(sent["prompt"].as_str().unwrap().starts_with("a queue at a counter. "));
}

#[tokio::test]
async fn a_picture_that_openai_gives_an_address_of_is_fetched_without_the_key() {
    let server = ScriptedServer::start(vec![
        answer(200, &json!({ "data": [{ "url": "/files/1.webp" }] })),
        Act::Bytes(200, "content-type: image/webp\r\n", picture(300, 300, ImageFormat::WebP)),
    ])
    .await;
    let wish = Wish { width: 900, ..wish("a queue", IllustrationKind::Still) };
    fetched(&Pictures::OpenAi("dall-e-3".to_owned()), &server.url, &wish).await.unwrap();
    assert_eq!(first_lines(&server), ["POST /v1/images/generations", "GET /files/1.webp"]);
    assert_eq!(body(&server.requests()[0])["size"], "1792x1024");
}

#[tokio::test]
async fn gemini_draws_or_says_why_not() {
    let data = STANDARD.encode(photo());
    let inline = json!({ "inlineData": { "mimeType": "image/jpeg", "data": data } });
    let server = ScriptedServer::start(vec![
        answer(200, &json!({ "candidates": [{ "content": { "parts": [{ "text": "Here." }, inline] } }] })),
        answer(200, &json!({ "candidates": [{ "finishReason": "IMAGE_SAFETY" }] })),
    ])
    .await;
    let gemini = Pictures::Gemini("gemini-2.5-flash-image".to_owned());
    let wish = wish("a queue", IllustrationKind::Still);
    let kept = fetched(&gemini, &server.url, &wish).await.unwrap();
    assert_eq!(kept.credit.provider, "gemini/gemini-2.5-flash-image");
    let sent = body(&server.requests()[0]);
    assert_eq!(sent["generationConfig"]["imageConfig"]["aspectRatio"], "5:4");
    let refused = fetched(&gemini, &server.url, &wish).await.unwrap_err();
    assert!(refused.to_string().contains("would not draw it: IMAGE_SAFETY"), "{refused}");
    assert_eq!(first_lines(&server)[0], "POST /v1beta/models/gemini-2.5-flash-image:generateContent");
}

#[tokio::test]
async fn photos_and_clips_of_pexels_come_with_their_makers() {
    let photo_of = |width: u32, link: &str| {
        json!({
            "width": width, "height": width, "url": "https://www.pexels.com/photo/7/", "photographer": "Ann  Example",
            "src": { "large2x": link },
        })
    };
    let file = |width: u32, height: u32| json!({ "file_type": "video/mp4", "width": width, "height": height, "link": format!("/c/{width}.mp4") });
    let videos = json!({ "videos": [
        { "url": "u0", "user": { "name": "Nobody" }, "video_files": [file(96, 160)] },
        { "url": "https://www.pexels.com/video/9/", "user": { "name": "Bo" }, "video_files": [file(2160, 3840), file(540, 960), file(1080, 1920)] },
    ] });
    let server = ScriptedServer::start(vec![
        answer(200, &json!({ "photos": [photo_of(200, "/small.jpg"), photo_of(4000, "/large.jpg")] })),
        Act::Bytes(200, JPEG, photo()),
        answer(200, &videos),
        Act::Bytes(200, MP4, clip()),
        answer(200, &json!({ "photos": [] })),
    ])
    .await;
    let still = fetched(&Pictures::Pexels, &server.url, &wish("a long queue", IllustrationKind::Still)).await;
    let still = still.unwrap().credit;
    assert_eq!(still.shown.as_deref(), Some("Ann Example / Pexels"));
    assert_eq!(still.source.as_deref(), Some("https://www.pexels.com/photo/7/"));
    let moving =
        fetched(&Pictures::Pexels, &server.url, &wish("rain", IllustrationKind::Clip)).await.unwrap();
    assert_eq!(
        (moving.media.media_type.as_str(), moving.credit.author.as_deref()),
        ("video/mp4", Some("Bo"))
    );
    let nothing = fetched(&Pictures::Pexels, &server.url, &wish("?", IllustrationKind::Still)).await;
    assert!(matches!(nothing, Err(IllustrateError::Nothing { .. })));
    assert_eq!(
        first_lines(&server)[..4],
        [
            "GET /v1/search?query=a+long+queue&orientation=landscape&per_page=15",
            "GET /large.jpg",
            "GET /v1/videos/search?query=rain&orientation=portrait&per_page=15",
            "GET /c/540.mp4",
        ]
    );
    assert!(server.requests()[0].contains("\r\nauthorization: sk-hush-0123456789\r\n"));
}

#[tokio::test]
async fn photos_and_clips_of_pixabay_come_with_their_makers() {
    let hit = json!({
        "pageURL": "https://pixabay.com/photos/1/", "largeImageURL": "/get/1_1280.jpg", "imageWidth": 4000,
        "imageHeight": 2250, "user": "Ann",
    });
    let sizes = json!({ "large": { "url": "", "width": 0, "height": 0 }, "small": { "url": "/v/small.mp4", "width": 1280, "height": 720 } });
    let server = ScriptedServer::start(vec![
        answer(200, &json!({ "total": 1, "hits": [hit] })),
        Act::Bytes(200, JPEG, photo()),
        answer(200, &json!({ "hits": [{ "pageURL": "https://pixabay.com/videos/2/", "user": "Bo", "videos": sizes }] })),
        Act::Bytes(200, MP4, clip()),
    ])
    .await;
    let still =
        fetched(&Pictures::Pixabay, &server.url, &wish("a queue", IllustrationKind::Still)).await.unwrap();
    assert_eq!(still.credit.shown.as_deref(), Some("Ann / Pixabay"));
    assert!(still.credit.licence.starts_with("Pixabay Content License"));
    fetched(&Pictures::Pixabay, &server.url, &wish("rain", IllustrationKind::Clip)).await.unwrap();
    let lines = first_lines(&server);
    assert!(
        lines[0].starts_with("GET /api/?image_type=photo&orientation=horizontal&q=a+queue&"),
        "{lines:?}"
    );
    assert!(lines[0].contains("safesearch=true") && lines[0].contains("key=sk-hush-0123456789"));
    assert!(lines[2].starts_with("GET /api/videos/?q=rain&"), "{lines:?}");
    assert!(
        lines[1].starts_with("GET /get/1_1280.jpg") && lines[3].starts_with("GET /v/small.mp4"),
        "{lines:?}"
    );
}

fn generator(base: &str) -> Pictures {
    Pictures::Generator(Box::new(VideoGenerator {
        name: "ltx".to_owned(),
        base_url: base.to_owned(),
        poll_every_ms: 1,
        ..VideoGenerator::default()
    }))
}

#[tokio::test]
async fn a_generator_is_asked_until_the_clip_is_ready() {
    let state = |status: &str| answer(200, &json!({ "id": "v1", "status": status }));
    let ready = |script: Vec<Act>| ScriptedServer::start(script);
    let server = ready(vec![
        answer(200, &json!({ "id": "v1", "status": "queued" })),
        state("queued"),
        state("in_progress"),
        state("Completed"),
        Act::Bytes(200, MP4, clip()),
    ])
    .await;
    let rain = wish("rain", IllustrationKind::Clip);
    let kept = fetched(&generator(&server.url), &server.url, &rain).await.unwrap();
    assert!(kept.credit.synthetic && kept.credit.provider == "ltx/video");
    let expected =
        ["POST /videos", "GET /videos/v1", "GET /videos/v1", "GET /videos/v1", "GET /videos/v1/content"];
    assert_eq!(first_lines(&server), expected);
    assert_eq!(body(&server.requests()[0]), json!({ "prompt": "rain", "size": "540x960", "seconds": 6 }));
}

#[tokio::test]
async fn a_generator_goes_on_where_it_was_left_and_ends_when_it_fails() {
    let state = |status: &str| answer(200, &json!({ "status": status, "error": { "message": "no rain" } }));
    let server = ScriptedServer::start(vec![
        answer(200, &json!({ "id": 7 })),
        Act::Answer(401, "", String::new()),
        state("done"),
        Act::Bytes(200, MP4, clip()),
        answer(200, &json!({ "id": 8 })),
        state("failed"),
        state("failed"),
        answer(200, &json!({ "id": 9 })),
        state("failed"),
        answer(200, &json!({ "id": 10 })),
        state("queued"),
        state("queued"),
    ])
    .await;
    let Pictures::Generator(settings_of) = generator(&server.url) else { unreachable!() };
    let generator = Pictures::Generator(Box::new(VideoGenerator { longest_wait: 0, ..*settings_of }));
    let illustrator = generator.open(&settings(&server.url)).unwrap();
    let cx = context();
    let rain = wish("rain", IllustrationKind::Clip);
    assert!(illustration(&cx, illustrator.as_ref(), &rain).await.is_err());
    // What was submitted is not submitted again.
    illustration(&cx, illustrator.as_ref(), &rain).await.unwrap();
    let expected = ["POST /videos", "GET /videos/7", "GET /videos/7", "GET /videos/7/content"];
    assert_eq!(first_lines(&server), expected);
    let snow = wish("snow", IllustrationKind::Clip);
    let failed = illustration(&cx, illustrator.as_ref(), &snow).await.unwrap_err();
    assert!(failed.to_string().ends_with("would not draw it: no rain"), "{failed}");
    // What failed on another day is.
    assert!(illustration(&cx, illustrator.as_ref(), &snow).await.is_err());
    assert_eq!(first_lines(&server)[6..], ["GET /videos/8", "POST /videos", "GET /videos/9"]);
    let hail = wish("hail", IllustrationKind::Clip);
    let late = illustration(&cx, illustrator.as_ref(), &hail).await.unwrap_err();
    assert!(matches!(late, IllustrateError::Late { .. }), "{late}");
}

/// A page, and a segment with two scenes: one wants something from elsewhere and shows the page otherwise.
async fn paper(cx: &StageContext, kind: IllustrationKind, kept_name: &str) -> (Document, Segment) {
    let document = Document {
        source: cx.put("no PDF".into(), "application/pdf").await.unwrap(),
        file_name: "queues.pdf".to_owned(),
        title: "Queues".to_owned(),
        language: Language::english(),
        pages: vec![Page { number: 1, width: 612.0, height: 792.0, blocks: Vec::new() }],
        outline: Vec::new(),
        figures: Vec::new(),
        engine: "none".to_owned(),
        warnings: Vec::new(),
    };
    let line = |text: &str| {
        let citation = Citation { page: 1, quote: "Queues grow.".to_owned() };
        vec![Line::new(text, LineRole::Fact, citation)]
    };
    let page = VisualCue::PageCrop { page: 1, quote: "Queues grow.".to_owned() };
    let cue = VisualCue::Illustration {
        query: "a queue at night".to_owned(),
        kind,
        fallback: Box::new(page.clone()),
    };
    let segment = Segment {
        index: 1,
        title: String::new(),
        language: Language::english(),
        planned_start_ms: 0,
        planned_ms: 0,
        scenes: vec![
            Scene::new(SceneKind::Content, line("Queues grow."), cue, 0),
            Scene::new(SceneKind::Content, line(kept_name), page, 0),
        ],
    };
    (document, segment)
}

async fn prepared(
    cx: &StageContext,
    pictures: Option<Pictures>,
    providers: ProviderSettings,
    kind: IllustrationKind,
) -> Result<Visuals, StageError> {
    let stage = PrepareVisuals { width: 540, height: 960, pictures, providers, ..PrepareVisuals::default() };
    stage.run(cx, paper(cx, kind, "The umbrellas stay dry.").await).await
}

fn kinds(visuals: &Visuals) -> Vec<Option<PanelKind>> {
    visuals.scenes.iter().map(|scene| scene.panel.as_ref().map(|panel| panel.kind)).collect()
}

#[tokio::test]
async fn a_picture_is_shown_with_its_credit_and_told_of() {
    let server = ScriptedServer::start(vec![drawn(&photo())]).await;
    let cx = context();
    let openai = Some(Pictures::OpenAi("gpt-image-1".to_owned()));
    let visuals = prepared(&cx, openai, settings(&server.url), IllustrationKind::Clip).await.unwrap();
    // OpenAI has no clips, so a picture stands for one; the other scene is as it was.
    assert_eq!(kinds(&visuals), [Some(PanelKind::Illustration), Some(PanelKind::PageCrop)]);
    let panel = visuals.scenes[0].panel.as_ref().unwrap();
    assert_eq!((panel.width, panel.height, panel.description.as_str()), (426, 291, "a queue at night"));
    let asset = &visuals.assets[0];
    assert_eq!(
        (asset.kind.as_str(), asset.name.as_str(), asset.synthetic),
        ("picture", "a queue at night", true)
    );
    assert_eq!(asset.provider.as_deref(), Some("openai/gpt-image-1"));
    assert_eq!(visuals.calls[0].purpose, "visuals: picture");
}

#[tokio::test]
async fn a_clip_moves_behind_its_segment() {
    let hit = json!({ "url": "u", "user": { "name": "Bo" }, "video_files": [{ "file_type": "video/mp4", "width": 720, "height": 1280, "link": "/c.mp4" }] });
    let server =
        ScriptedServer::start(vec![answer(200, &json!({ "videos": [hit] })), Act::Bytes(200, MP4, clip())])
            .await;
    let cx = context();
    let visuals =
        prepared(&cx, Some(Pictures::Pexels), settings(&server.url), IllustrationKind::Clip).await.unwrap();
    let Background::Clip { clip: moving, offset_ms: 0 } = &visuals.background else { panic!("{visuals:?}") };
    assert_eq!(cx.get(moving).await.unwrap(), clip());
    assert_eq!(kinds(&visuals)[0], Some(PanelKind::Illustration), "the credit");
    assert_eq!(visuals.assets[0].author.as_deref(), Some("Bo"));
    assert!(
        !visuals.warnings.iter().any(|warning| warning.contains("does without")),
        "{:?}",
        visuals.warnings
    );
}

#[tokio::test]
async fn files_of_the_users_are_shown_where_their_names_suit() {
    let cx = context();
    let file = |name: &'static str| {
        let cx = cx.clone();
        async move {
            let file = cx.put(picture(300, 200, ImageFormat::Png).into(), "image/*").await.unwrap();
            PictureFile { name: name.to_owned(), file }
        }
    };
    let files = vec![file("umbrella.png").await, file("night queue.png").await, file("cats.png").await];
    let pictures = Some(Pictures::Files(files));
    let offline = ProviderSettings { network: Network::Off, ..ProviderSettings::default() };
    let visuals = prepared(&cx, pictures, offline, IllustrationKind::Still).await.unwrap();
    assert_eq!(kinds(&visuals), [Some(PanelKind::Illustration); 2]);
    let sources: Vec<_> = visuals.assets.iter().map(|asset| asset.source.clone().unwrap()).collect();
    assert_eq!(sources, ["night queue.png", "umbrella.png"]);
    assert!(visuals.assets[0].licence.starts_with("supplied by the user") && visuals.calls.is_empty());
}

#[tokio::test]
async fn what_cannot_be_had_gives_way_to_the_page() {
    let html = || Act::Answer(200, "content-type: text/html\r\n", "<html>".to_owned());
    let no_picture = || drawn(b"this is no picture at all");
    let bomb = || {
        let mut png = picture(200, 200, ImageFormat::Png);
        png[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        drawn(&png)
    };
    let refusal = |status: u16| answer(status, &json!({ "error": { "message": "no" } }));
    let limited = || Act::Answer(429, "retry-after: 0\r\n", String::new());
    let cut = || Act::Cut("content-type: application/json\r\n", "{\"data\":".to_owned());
    let stall = || Act::Stall("content-type: application/json\r\n", "{\"data\":".to_owned());
    let cases: [(&dyn Fn() -> Act, usize, bool, &str); 12] = [
        (&|| refusal(401), 1, false, "refused the key (401)"),
        (&|| refusal(402), 1, false, "wants to be paid first (402)"),
        (&limited, 2, true, "takes no more requests"),
        (&|| refusal(500), 2, true, "failed (500)"),
        (&|| refusal(400), 1, false, "refused the request (400)"),
        (&|| Act::Silence, 2, true, "did not answer in time"),
        (&cut, 2, true, "ended early"),
        (&stall, 2, true, "did not answer in time"),
        (&html, 1, false, "sent `text/html` instead of JSON"),
        (&no_picture, 1, false, "is no picture that can be read: it is no picture"),
        (&bomb, 1, false, "is no picture that can be read"),
        (&|| answer(200, &json!({ "data": [] })), 2, true, "it holds no picture"),
    ];
    for (act, asked, passes, told) in cases {
        for attempt in [1, 2] {
            let server = ScriptedServer::start((0..asked).map(|_| act()).collect()).await;
            let cx = context().with_attempt(attempt);
            let openai = Some(Pictures::OpenAi("gpt-image-1".to_owned()));
            let end = prepared(&cx, openai, settings(&server.url), IllustrationKind::Still).await;
            assert_eq!(server.requests().len(), asked, "{told}");
            assert_eq!(cx.calls().len(), 1, "{told}");
            // What may pass gets another attempt of the stage.
            if passes && attempt == 1 {
                assert!(end.unwrap_err().is_retryable(), "{told}");
                continue;
            }
            let visuals = end.unwrap();
            assert_eq!(kinds(&visuals), [Some(PanelKind::PageCrop); 2], "{told}");
            assert!(visuals.assets.is_empty() && visuals.calls.len() == 1, "{told}");
            let warning = &visuals.warnings[0];
            let start = "Scene 1 of segment 2 does without the picture “a queue at night”, because ";
            assert!(warning.starts_with(start), "{warning}");
            assert!(warning.contains(told) && !warning.contains("hush"), "{warning}");
        }
    }
}

#[tokio::test]
async fn photo_services_that_send_something_else_give_way_to_the_page() {
    let found =
        json!({ "photos": [{ "width": 900, "height": 900, "url": "u", "src": { "large2x": "/1.jpg" } }] });
    let clips = json!({ "videos": [{ "url": "u", "user": {}, "video_files": [{ "file_type": "video/mp4", "width": 720, "height": 1280, "link": "/1.mp4" }] }] });
    let playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n".to_vec();
    let cut = clip()[..200].to_vec();
    let elsewhere = json!({ "photos": [{ "width": 900, "height": 900, "url": "u", "src": { "large2x": "http://10.0.0.1/x" } }] });
    let cases = [
        (
            &found,
            Some(Act::Answer(200, "content-type: text/html\r\n", "<html>".to_owned())),
            "instead of a picture",
        ),
        (&found, Some(Act::Answer(404, "", String::new())), "refused the request (404)"),
        (&found, Some(Act::Bytes(200, JPEG, photo()[..photo().len() / 2].to_vec())), "can be read"),
        (&elsewhere, None, "gives an address without https"),
        (&clips, Some(Act::Bytes(200, MP4, playlist)), "is no clip that can be played"),
        (&clips, Some(Act::Bytes(200, MP4, cut)), "is no clip that can be played"),
    ];
    for (search, file, told) in cases {
        let script = [Some(answer(200, search)), file].into_iter().flatten().collect();
        let server = ScriptedServer::start(script).await;
        let kind =
            if search.get("videos").is_some() { IllustrationKind::Clip } else { IllustrationKind::Still };
        let cx = context().with_attempt(2);
        let visuals = prepared(&cx, Some(Pictures::Pexels), settings(&server.url), kind).await.unwrap();
        assert_eq!(kinds(&visuals), [Some(PanelKind::PageCrop); 2], "{told}");
        assert!(!matches!(visuals.background, Background::Clip { .. }));
        assert!(visuals.warnings[0].contains(told), "{told}: {:?}", visuals.warnings);
    }
}

#[tokio::test]
async fn without_a_key_a_network_or_a_choice_the_page_is_shown() {
    let offline = ProviderSettings { network: Network::Off, ..settings("http://127.0.0.1:9") };
    let keyless = ProviderSettings::default();
    let cases = [
        (Some(Pictures::Pexels), offline, "--offline"),
        (Some(Pictures::Pexels), keyless.clone(), "PEXELS_API_KEY"),
        (None, keyless, "no source of pictures is chosen"),
    ];
    for (pictures, providers, told) in cases {
        let visuals = prepared(&context(), pictures, providers, IllustrationKind::Still).await.unwrap();
        assert_eq!(kinds(&visuals), [Some(PanelKind::PageCrop); 2]);
        assert!(visuals.warnings[0].contains(told), "{:?}", visuals.warnings);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_is_as_the_providers_publish_it_and_others_understand_it() {
    let desk = Peer::start(include_str!("picture_desk.py"), "aimock");
    let mut known = settings(&desk.url);
    known.patience = Patience::default();
    known.keys.insert(GENERATOR_KEY.to_owned(), Secret::new("sk-hush-0123456789").unwrap());
    let client = known.open_server("desk", "desk", &desk.url).unwrap();
    let cx = context();
    let fetch = async |request: Request| -> Value {
        client.call(&cx, &request, |reply| Ok((reply.json()?, Cost::FREE))).await.unwrap()
    };
    fetch(Request::post_bytes("clip.mp4", "video/mp4", clip().into(), "test")).await;
    let generator = Pictures::Generator(Box::new(VideoGenerator {
        name: "router".to_owned(),
        base_url: format!("{}/api/v1", desk.url),
        model: "ltx/video".to_owned(),
        body: json!({ "model": "ltx/video", "prompt": "{prompt}", "duration": "{seconds}" }),
        poll_every_ms: 1,
        ..VideoGenerator::default()
    }));
    let (still, moving) = (IllustrationKind::Still, IllustrationKind::Clip);
    for (pictures, kind) in [
        (Pictures::OpenAi("gpt-image-1".to_owned()), still),
        (Pictures::OpenAi("dall-e-3".to_owned()), still),
        (Pictures::Gemini("gemini-2.5-flash-image".to_owned()), still),
        (Pictures::Pexels, still),
        (Pictures::Pexels, moving),
        (Pictures::Pixabay, still),
        (Pictures::Pixabay, moving),
        (generator, moving),
    ] {
        let illustrator = pictures.open(&known).unwrap();
        let kept = illustration(&cx, illustrator.as_ref(), &wish("a queue at night", kind)).await;
        let kept = kept.unwrap_or_else(|error| panic!("{pictures:?}: {error}"));
        let expected = if kind == moving { "video/mp4" } else { "image/png" };
        assert_eq!(kept.media.media_type, expected, "{pictures:?}");
    }
    let verdict = fetch(Request::get("verdict", "test")).await;
    assert_eq!(verdict, json!({ "requests": 3, "replies": 3, "searches": 4, "faults": [] }), "{verdict:#}");
}
