//! What a scene shows that wants something from elsewhere, and every way to do without.

use super::*;

/// A page, and a segment with two scenes: one wants something from elsewhere and shows the page otherwise.
async fn paper(cx: &StageContext, kind: IllustrationKind, kept_name: &str) -> (Document, Segment) {
    let document = Document {
        source: cx.put("no PDF".into(), "application/pdf").await.unwrap(),
        file_name: "queues.pdf".to_owned(),
        title: "Queues".to_owned(),
        language: Language::english(),
        pages: vec![Page { width: 612.0, height: 792.0, ..Page::default() }],
        outline: Vec::new(),
        figures: Vec::new(),
        engine: "none".to_owned(),
        engine_version: String::new(),
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

/// True when what is shown is the document's own or drawn by the program.
fn has_nothing_of_others(visuals: &Visuals) -> bool {
    visuals.assets.iter().all(|asset| asset.provider.is_none())
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
    // By what is said, and not by the names of the files.
    let names: Vec<_> = visuals.assets.iter().map(|asset| (asset.name.as_str(), &asset.source)).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|(name, source)| !name.contains("png") && source.is_none()), "{names:?}");
    assert!(visuals.assets[0].licence.starts_with("supplied by the user") && visuals.calls.is_empty());
}

#[tokio::test]
async fn a_clip_of_the_users_stands_in_for_a_picture_that_they_do_not_have() {
    let cx = context();
    let moving = cx.put(clip().into(), "video/mp4").await.unwrap();
    let still = cx.put(picture(300, 200, ImageFormat::Png).into(), "image/png").await.unwrap();
    let pictures = Some(Pictures::Files(vec![
        PictureFile { name: "night queue.mp4".to_owned(), file: moving.clone() },
        PictureFile { name: "cats.png".to_owned(), file: still },
    ]));
    let offline = ProviderSettings { network: Network::Off, ..ProviderSettings::default() };
    let visuals = prepared(&cx, pictures, offline, IllustrationKind::Still).await.unwrap();
    let Background::Clip { clip: behind, .. } = &visuals.background else { panic!("{visuals:?}") };
    assert_eq!(behind, &moving);
    assert!(!visuals.warnings.iter().any(|warning| warning.contains("does without")), "{visuals:?}");
}

#[tokio::test]
async fn a_missing_picture_gives_way_to_the_page() {
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
            assert!(has_nothing_of_others(&visuals) && visuals.calls.len() == 1, "{told}");
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
    let strobe = clip_of(|frame, _| if frame / 2 % 2 == 0 { 30 } else { 220 });
    let still = clip_of(|_, row| if row < 80 { 60 } else { 160 });
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
        (&clips, Some(Act::Bytes(200, MP4, strobe)), "it flashes "),
        (&clips, Some(Act::Bytes(200, MP4, still)), "it stands still for "),
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

/// What becomes of a meme that Imgflip is to draw.
async fn prepared_meme(cx: &StageContext, providers: ProviderSettings, memes: MemesBy) -> Visuals {
    let (document, mut segment) = paper(cx, IllustrationKind::Still, "The umbrellas stay dry.").await;
    segment.scenes[0].visual = VisualCue::Meme { meme: joke() };
    let stage = PrepareVisuals { width: 540, height: 960, memes, providers, ..PrepareVisuals::default() };
    stage.run(cx, (document, segment)).await.unwrap()
}

#[tokio::test]
async fn imgflip_draws_a_meme_under_the_users_account() {
    let place = json!({ "url": "/i/1.jpg", "page_url": "https://imgflip.com/i/1" });
    let server = ScriptedServer::start(vec![
        answer(200, &json!({ "success": true, "data": place })),
        Act::Bytes(200, JPEG, photo()),
    ])
    .await;
    let cx = context();
    let visuals = prepared_meme(&cx, settings(&server.url), MemesBy::Imgflip).await;
    assert_eq!(kinds(&visuals), [Some(PanelKind::Meme), Some(PanelKind::PageCrop)]);
    assert_eq!(visuals.scenes[0].panel.as_ref().unwrap().description, "Queues & lines / Bruh.");
    let asset = &visuals.assets[0];
    assert_eq!(asset.provider.as_deref(), Some("imgflip"));
    assert_eq!(asset.source.as_deref(), Some("https://imgflip.com/i/1"));
    assert!(asset.licence.contains("nobody has cleared") && !asset.synthetic, "{asset:?}");
    let requests = server.requests();
    let form = requests[0].split_once("\r\n\r\n").unwrap().1;
    let expected =
        "template_id=405658&text0=Queues+%26+lines&text1=Bruh.&username=ann&password=hush-0123456789";
    assert_eq!(form, expected);
    assert!(requests[1].starts_with("GET /i/1.jpg ") && !requests[1].contains("hush"), "{requests:?}");
    // The same meme of another job is there already.
    let other = cx.clone();
    prepared_meme(&other, settings(&server.url), MemesBy::Imgflip).await;
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_meme_that_imgflip_does_not_draw_is_our_own() {
    let refused = || answer(200, &json!({ "success": false, "error_message": "Invalid username/password" }));
    let empty = || answer(200, &json!({ "success": true }));
    let offline = ProviderSettings { network: Network::Off, ..settings("http://127.0.0.1:9") };
    let mut halved = settings("http://127.0.0.1:9");
    halved.keys.insert("imgflip".to_owned(), Secret::new("hush").unwrap());
    let cases = [
        (Some(refused()), None, "would not draw it: Invalid username/password"),
        (Some(empty()), None, "would not draw it"),
        (Some(answer(401, &json!({}))), None, "refused the key (401)"),
        (Some(Act::Answer(200, "content-type: text/html\r\n", "<html>".to_owned())), None, "instead of JSON"),
        (None, Some(offline), "--offline"),
        (None, Some(ProviderSettings::default()), "IMGFLIP_ACCOUNT"),
        (None, Some(halved), "NAME:PASSWORD"),
    ];
    for (act, providers, told) in cases {
        let server = ScriptedServer::start(act.into_iter().collect()).await;
        let providers = providers.unwrap_or_else(|| settings(&server.url));
        let visuals = prepared_meme(&context().with_attempt(2), providers, MemesBy::Imgflip).await;
        assert_eq!(kinds(&visuals)[0], Some(PanelKind::Meme), "{told}");
        assert!(has_nothing_of_others(&visuals), "{told}");
        let warning = &visuals.warnings[0];
        assert!(warning.starts_with("Scene 1 of segment 2 does without Imgflip's meme “Queues"), "{warning}");
        assert!(warning.contains(told) && !warning.contains("hush"), "{warning}");
    }
    let own = prepared_meme(&context(), ProviderSettings::default(), MemesBy::Own).await;
    assert_eq!(kinds(&own)[0], Some(PanelKind::Meme));
    assert!(!own.warnings.iter().any(|warning| warning.contains("Imgflip")), "{:?}", own.warnings);
}
