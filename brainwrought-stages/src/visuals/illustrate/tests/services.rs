//! What each place for pictures is asked, and what becomes of what it sends.

use super::*;

fn first_lines(server: &ScriptedServer) -> Vec<String> {
    server.requests().iter().map(|request| request.split(" HTTP").next().unwrap().to_owned()).collect()
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

async fn fetched(pictures: &Pictures, base: &str, wish: &ImageRequest) -> Result<Kept, IllustrateError> {
    let illustrator = pictures.open(&settings(base)).unwrap();
    illustration(&context(), illustrator.as_ref(), wish).await
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
    let wish = ImageRequest { width: 900, ..wish("a queue", IllustrationKind::Still) };
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
