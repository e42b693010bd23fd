//! What is asked, held against what the providers publish and what others make of it.

use super::*;
use crate::provider::ProviderClient;

#[tokio::test(flavor = "multi_thread")]
async fn requests_follow_the_published_api_and_a_third_party_server_understands_them() {
    let reference = Peer::start_reference(include_str!("picture_server.py"), "aimock");
    let mut known = settings(&reference.url);
    known.timeouts = Timeouts::default();
    known.keys.insert(GENERATOR_KEY.to_owned(), Secret::new("sk-hush-0123456789").unwrap());
    let client = ProviderClient::for_server(&known, "reference", "reference", &reference.url).unwrap();
    let cx = context();
    let fetch = async |request: Request| -> Value {
        client.call(&cx, &request, |reply| Ok((reply.json()?, Cost::FREE))).await.unwrap()
    };
    fetch(Request::post_bytes("clip.mp4", "video/mp4", clip().into(), "test")).await;
    let generator = Pictures::Generator(Box::new(VideoGenerator {
        name: "router".to_owned(),
        base_url: format!("{}/api/v1", reference.url),
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
    let client = MemesBy::Imgflip.open(&known).unwrap().unwrap();
    let imgflip = Imgflip { client, meme: joke() };
    illustration(&cx, &imgflip, &wish("a cat", still)).await.unwrap();
    let verdict = fetch(Request::get("verdict", "test")).await;
    assert_eq!(
        verdict,
        json!({ "requests": 3, "replies": 3, "searches": 4, "memes": 1, "faults": [] }),
        "{verdict:#}"
    );
}
