//! Clips and sound joined to a file, judged by FFmpeg's own programs where they are installed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use brainwrought_core::data::Language;
use brainwrought_core::split_mix::SplitMix64;
use brainwrought_stages::media::{
    ClipReader, ClipSettings, EncoderSettings, H264Encoder, LumaView, MediaError, Mp4Settings, Mp4Writer,
    Probe, Viewer, probe,
};
use brainwrought_stages::picture::YuvFrame;
use bytes::Bytes;

const FPS: u32 = 30;

fn encoder_settings() -> EncoderSettings {
    EncoderSettings { width: 96, height: 160, ..EncoderSettings::default() }
}

/// A clip whose frame `n` has the luma `16 + n % 200`.
fn clip(frames: usize, settings: &EncoderSettings) -> Bytes {
    let mut encoder = H264Encoder::new(settings).unwrap();
    for n in 0..frames {
        let mut frame = YuvFrame::black(settings.width as usize, settings.height as usize);
        frame.y.fill(16 + (n % 200) as u8);
        encoder.push(&frame).unwrap();
    }
    encoder.finish().unwrap().into()
}

fn mp4_settings() -> Mp4Settings {
    Mp4Settings {
        fps: FPS,
        title: "Ein Titel – „mit“ Zeichen".to_owned(),
        comment: "The voice is synthetic.".to_owned(),
        description: "It is synthetic.".to_owned(),
        language: Language::english(),
        audio_bit_rate: 160_000,
    }
}

/// A programme of silence with clicks of 2 ms at the given times, in milliseconds.
fn clicks(frames: usize, at_ms: &[usize]) -> Vec<f32> {
    let mut programme = vec![0.0; frames * 1600 * 2];
    for at in at_ms {
        for n in 0..96 {
            let wave = if n % 24 < 12 { 0.8 } else { -0.8 };
            let at = (at * 48 + n) * 2;
            programme[at..at + 2].fill(wave);
        }
    }
    programme
}

fn join(clips: &[Bytes], programme: Vec<f32>, path: &Path) -> Result<Bytes, MediaError> {
    let mut writer = Mp4Writer::create(path, mp4_settings(), programme)?;
    for clip in clips {
        writer.push_clip(clip)?;
    }
    writer.finish()?;
    Ok(std::fs::read(path).unwrap().into())
}

#[derive(Default)]
struct Seen {
    lumas: Vec<u8>,
    sound: Vec<f32>,
}

impl Viewer for Seen {
    fn frame(&mut self, frame: LumaView<'_>) -> bool {
        self.lumas.push(frame.luma[frame.stride * 80 + 48]);
        true
    }

    fn sound(&mut self, samples: &[f32]) {
        self.sound.extend_from_slice(samples);
    }
}

fn see(file: &Bytes) -> (Probe, Seen) {
    let mut seen = Seen::default();
    (probe(file, &mut seen).unwrap(), seen)
}

#[test]
fn clips_join_without_a_frame_more_or_less() {
    let folder = tempfile::tempdir().unwrap();
    let settings = encoder_settings();
    let clips = [clip(1, &settings), clip(45, &settings), clip(150, &settings)];
    let file = join(&clips, clicks(196, &[]), &folder.path().join("video.mp4")).unwrap();
    let (probe, seen) = see(&file);
    let video = probe.video.unwrap();
    assert_eq!((video.codec.as_str(), video.profile.as_str()), ("h264", "High"));
    assert_eq!((video.width, video.height, video.frames, video.fps), (96, 160, 196, 30.0));
    assert!(video.is_yuv420p && video.is_bt709, "{video:?}");
    assert!(video.start == 0.0 && video.unevenness < 1e-4, "{video:?}");
    let audio = probe.audio.unwrap();
    assert_eq!((audio.codec.as_str(), audio.profile.as_str()), ("aac", "LC"));
    assert_eq!((audio.rate, audio.channels), (48_000, 2));
    assert!(audio.samples.abs_diff(196 * 1600) < 1024, "{audio:?}");
    assert_eq!(probe.faults, 0);
    assert!(probe.faststart);
    for (start, length) in [(0, 1), (1, 45), (46, 150)] {
        for n in 0..length {
            let luma = seen.lumas[start + n];
            assert!(luma.abs_diff(16 + n as u8) <= 3, "frame {n} of the clip at {start} is {luma}");
        }
    }
}

#[test]
fn a_click_stays_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let clips = [clip(90, &encoder_settings()), clip(90, &encoder_settings())];
    let file = join(&clips, clicks(180, &[1000, 5500]), &folder.path().join("video.mp4")).unwrap();
    let (probe, seen) = see(&file);
    assert!(probe.audio.unwrap().start.abs() < 1e-6);
    for at in [1000_usize, 5500] {
        let window = &seen.sound[(at - 200) * 96..(at + 200) * 96];
        let first = window.iter().step_by(2).position(|sample| sample.abs() > 0.3).unwrap();
        let found = first as f64 / 48.0 - 200.0;
        assert!(found.abs() < 5.0, "the click at {at} ms is off by {found} ms");
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let make = |name: &str| {
        let clips = [clip(40, &encoder_settings()), clip(20, &encoder_settings())];
        join(&clips, clicks(60, &[500]), &folder.path().join(name)).unwrap()
    };
    assert!(make("one.mp4") == make("two.mp4"));
}

#[test]
fn clips_of_other_settings_do_not_join() {
    let folder = tempfile::tempdir().unwrap();
    let other = EncoderSettings { width: 128, ..encoder_settings() };
    let clips = [clip(3, &encoder_settings()), clip(3, &other)];
    let error = join(&clips, clicks(6, &[]), &folder.path().join("video.mp4")).unwrap_err();
    assert!(error.to_string().contains("different settings"), "{error}");
}

#[test]
fn sound_of_another_length_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error =
        join(&[clip(30, &encoder_settings())], clicks(31, &[]), &folder.path().join("v.mp4")).unwrap_err();
    assert!(matches!(error, MediaError::Lengths { expected: 48_000, found: 49_600 }), "{error}");
}

#[test]
fn an_invalid_clip_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for bytes in [&b""[..], b"%PDF-1.7 not a clip", &[0; 64], &[0, 0, 0, 1, 9, 16, 0, 0, 1, 0x65]] {
        let clip = Bytes::copy_from_slice(bytes);
        assert!(join(&[clip], clicks(1, &[]), &folder.path().join("v.mp4")).is_err());
    }
    assert!(probe(&Bytes::from_static(b"no video at all"), &mut Seen::default()).is_err());
}

#[test]
fn a_cut_file_has_faults_or_too_few_frames() {
    let folder = tempfile::tempdir().unwrap();
    let whole =
        join(&[clip(90, &encoder_settings())], clicks(90, &[]), &folder.path().join("v.mp4")).unwrap();
    let (probe, _) = see(&whole.slice(..whole.len() - whole.len() / 4));
    let video = probe.video.unwrap();
    assert!(probe.faults > 0 || video.frames < 90, "{video:?}");
}

/// The memory of this process in bytes.
#[cfg(target_os = "linux")]
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() << 10
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_that_was_looked_at_leaves_no_memory_behind() {
    let folder = tempfile::tempdir().unwrap();
    // Noise, which no encoder makes small.
    let mut encoder = H264Encoder::new(&EncoderSettings { crf: 1, ..encoder_settings() }).unwrap();
    let mut noise = SplitMix64::new(1);
    for _ in 0..60 {
        let mut frame = YuvFrame::black(96, 160);
        for luma in &mut frame.y {
            *luma = 16 + noise.below(200) as u8;
        }
        encoder.push(&frame).unwrap();
    }
    let clip = encoder.finish().unwrap().into();
    let file = join(&[clip], clicks(60, &[]), &folder.path().join("noise.mp4")).unwrap();
    assert!(file.len() > 500_000, "{}", file.len());
    see(&file);
    let before = resident();
    let looks = 60;
    for _ in 0..looks {
        see(&file);
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < looks * file.len() as u64 / 4, "{grown} bytes are left of {looks} times {}", file.len());
}

/// What another reader of the file says: FFmpeg's own program, if it is installed.
#[expect(clippy::disallowed_methods, reason = "a test asks an independent program")]
fn ffprobe(path: &Path) -> Option<String> {
    let entries = "stream=codec_name,profile,width,height,pix_fmt,color_space,color_range,r_frame_rate,\
                   nb_read_frames,sample_rate,channels,start_time:format_tags";
    let output = std::process::Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-of", "flat", "-show_entries", entries])
        .arg(path)
        .output()
        .ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

#[test]
fn another_program_reads_the_file_alike() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    join(&[clip(75, &encoder_settings()), clip(75, &encoder_settings())], clicks(150, &[]), &path).unwrap();
    let Some(report) = ffprobe(&path) else {
        println!("did not run: there is no ffprobe on this machine");
        return;
    };
    for expected in [
        "codec_name=\"h264\"",
        "profile=\"High\"",
        "pix_fmt=\"yuv420p\"",
        "color_range=\"tv\"",
        "color_space=\"bt709\"",
        "r_frame_rate=\"30/1\"",
        "nb_read_frames=\"150\"",
        "codec_name=\"aac\"",
        "profile=\"LC\"",
        "sample_rate=\"48000\"",
        "start_time=\"0.000000\"",
        "tags.title=\"Ein Titel – „mit“ Zeichen\"",
        "tags.comment=\"The voice is synthetic.\"",
        "tags.description=\"It is synthetic.\"",
    ] {
        assert!(report.contains(expected), "{expected} is not in\n{report}");
    }
    assert!(!report.contains("creation_time") && !report.contains("encoder"), "{report}");
}

fn read(reader: &mut ClipReader, count: usize) -> Vec<u8> {
    let mut frame = YuvFrame::black(64, 64);
    (0..count)
        .map(|_| {
            reader.next_into(&mut frame).unwrap();
            frame.y[32 * 64 + 32]
        })
        .collect()
}

#[test]
fn a_users_clip_is_fitted_resampled_and_looped() {
    let folder = tempfile::tempdir().unwrap();
    let file =
        join(&[clip(60, &encoder_settings())], clicks(60, &[]), &folder.path().join("clip.mp4")).unwrap();
    let settings = ClipSettings { width: 64, height: 64, fps: 15, offset_ms: 0 };
    let mut reader = ClipReader::open(file.clone(), settings).unwrap();
    let lumas = read(&mut reader, 75);
    for (n, luma) in lumas.iter().enumerate() {
        let expected = 16 + (n * 2) % 60;
        assert!(usize::from(*luma).abs_diff(expected) <= 4, "frame {n}: {luma}, not {expected}");
    }
    let mut reader = ClipReader::open(file, ClipSettings { offset_ms: 3000, ..settings }).unwrap();
    assert!(read(&mut reader, 1)[0].abs_diff(16 + 30) <= 4, "a start behind the end counts from the start");
}

#[test]
fn an_invalid_clip_is_no_background() {
    let settings = ClipSettings { width: 64, height: 64, fps: 30, offset_ms: 0 };
    for bytes in [&b""[..], b"%PDF-1.7 not a clip", &[0; 4096]] {
        assert!(ClipReader::open(Bytes::copy_from_slice(bytes), settings).is_err());
    }
}
