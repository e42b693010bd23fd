//! [`ClipReader`]: a user's own clip as an endless run of frames of the right size.

use std::io::Cursor;

use bytes::Bytes;
use video_rs::ffmpeg::codec::packet::side_data::Type as SideDataType;
use video_rs::ffmpeg::codec::threading;
use video_rs::ffmpeg::format::context::{Input, StreamIo};
use video_rs::ffmpeg::{Dictionary, Packet, Stream, codec, decoder, filter, format, frame, media};

use super::MediaError;
use super::ffmpeg::{init, refused};
use crate::picture::YuvFrame;

/// The largest picture that a clip may have, in pixels: 8,192 × 4,320.
const MAX_PIXELS: &str = "35389440";

/// What a clip is turned into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipSettings {
    /// Width in pixels; even.
    pub width: u32,
    /// Height in pixels; even.
    pub height: u32,
    /// Frames per second.
    pub fps: u32,
    /// Where in the clip to start, in milliseconds; a place behind its end counts from its start again.
    pub offset_ms: u64,
}

/// Reads a clip in any format that FFmpeg knows: turned upright, scaled and cropped until it covers the frame, resampled to
/// a constant rate, in BT.709 limited range, and started over when it ends.
pub struct ClipReader {
    input: Input,
    decoder: decoder::Video,
    graph: filter::Graph,
    settings: ClipSettings,
    stream: usize,
    /// Added to the time of every frame, so that time goes on when the clip starts over.
    shift: i64,
    /// The time where the next round would go on.
    end: i64,
    /// Frames before this time of the first round are dropped.
    skip_before: i64,
    frames_this_round: u64,
}

impl std::fmt::Debug for ClipReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClipReader").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl ClipReader {
    /// Opens a clip.
    ///
    /// # Errors
    ///
    /// Fails when FFmpeg finds no pictures in it, or the size is not one that it can scale to.
    pub fn open(clip: Bytes, settings: ClipSettings) -> Result<Self, MediaError> {
        init()?;
        let source =
            StreamIo::from_read_seek(Cursor::new(clip)).map_err(refused("read the background clip"))?;
        let mut input =
            format::input_from_stream(source, None, None).map_err(refused("open the background clip"))?;
        let stream = input
            .streams()
            .best(media::Type::Video)
            .ok_or(MediaError::Damaged("a clip holds no pictures"))?;
        let mut decoder = codec::context::Context::from_parameters(stream.parameters())
            .map_err(refused("read the background clip's header"))?
            .decoder();
        decoder.set_threading(threading::Config {
            kind: threading::Type::Frame,
            count: 2,
            ..threading::Config::default()
        });
        // A few bytes can claim a picture that fills the memory.
        let codec = decoder.codec().or_else(|| decoder::find(decoder.id()));
        let codec = codec.ok_or(MediaError::Damaged("a clip is in a format that FFmpeg does not read"))?;
        let mut bounds = Dictionary::new();
        bounds.set("max_pixels", MAX_PIXELS);
        let decoder = decoder
            .open_as_with(codec, bounds)
            .and_then(|opened| opened.video())
            .map_err(refused("open the background clip's decoder"))?;
        let graph = graph(&decoder, &stream, settings).map_err(refused("scale the background clip"))?;
        let (index, time_base) = (stream.index(), stream.time_base());
        let start = start_of(&stream);
        let length_us = input.duration().max(0);
        let mut skip_before = i64::MIN;
        if settings.offset_ms > 0 && length_us > 0 {
            let offset_us = (settings.offset_ms * 1000) % length_us as u64;
            let offset_us = i64::try_from(offset_us).unwrap_or(0);
            // A clip that cannot be sought is read from its start; only the picture differs.
            let _ = input.seek(offset_us, ..offset_us + 1);
            let per_unit = f64::from(time_base.numerator()) / f64::from(time_base.denominator().max(1)) * 1e6;
            skip_before = start + (offset_us as f64 / per_unit.max(1e-9)) as i64;
        }
        let shift = if skip_before == i64::MIN { -start } else { -skip_before };
        Ok(Self {
            input,
            decoder,
            graph,
            settings,
            stream: index,
            shift,
            end: 0,
            skip_before,
            frames_this_round: 0,
        })
    }

    /// Reads the next frame.
    ///
    /// # Errors
    ///
    /// Fails when the clip holds no frame that can be decoded, or `picture` has another size than the settings.
    pub fn next_into(&mut self, picture: &mut YuvFrame) -> Result<(), MediaError> {
        let ClipSettings { width, height, .. } = self.settings;
        if (picture.width(), picture.height()) != (width as usize, height as usize) {
            let (found_width, found_height) = (picture.width(), picture.height());
            return Err(MediaError::FrameSize { width, height, found_width, found_height });
        }
        let mut scaled = frame::Video::empty();
        loop {
            let mut sink = self.graph.get("out").ok_or(MediaError::Damaged("a clip has no output"))?;
            if sink.sink().frame(&mut scaled).is_ok() {
                copy(&scaled, picture);
                return Ok(());
            }
            self.feed()?;
        }
    }

    /// Gives the graph at least one more frame.
    fn feed(&mut self) -> Result<(), MediaError> {
        let mut decoded = frame::Video::empty();
        loop {
            if self.decoder.receive_frame(&mut decoded).is_ok() {
                if self.take(&mut decoded)? {
                    return Ok(());
                }
                continue;
            }
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) if packet.stream() == self.stream => {
                    // A packet that cannot be decoded is stepped over; the frames around it still count.
                    let _ = self.decoder.send_packet(&packet);
                }
                Ok(()) => {}
                Err(_) => self.start_over()?,
            }
        }
    }

    /// Hands a frame to the graph; false when it lies before the start.
    fn take(&mut self, decoded: &mut frame::Video) -> Result<bool, MediaError> {
        self.frames_this_round += 1;
        let at = decoded.timestamp().unwrap_or(self.end - self.shift);
        if at < self.skip_before {
            return Ok(false);
        }
        let at = (at + self.shift).max(self.end);
        self.end = at + decoded.packet().duration.max(1);
        decoded.set_pts(Some(at));
        let mut source = self.graph.get("in").ok_or(MediaError::Damaged("a clip has no input"))?;
        source.source().add(decoded).map_err(refused("scale the background clip"))?;
        Ok(true)
    }

    fn start_over(&mut self) -> Result<(), MediaError> {
        // What the decoder still holds comes out first.
        if self.decoder.send_eof().is_ok() {
            let mut decoded = frame::Video::empty();
            while self.decoder.receive_frame(&mut decoded).is_ok() {
                self.take(&mut decoded)?;
            }
        }
        if self.frames_this_round == 0 {
            return Err(MediaError::Damaged("a background clip holds no picture that can be decoded"));
        }
        self.frames_this_round = 0;
        self.skip_before = i64::MIN;
        self.decoder.flush();
        self.input.seek(0, ..).map_err(refused("start the background clip over"))?;
        let start = self.input.stream(self.stream).map_or(0, |stream| start_of(&stream));
        self.shift = self.end - start;
        Ok(())
    }
}

/// Builds the chain that turns, scales, crops and resamples.
fn graph(
    decoder: &decoder::Video,
    stream: &Stream<'_>,
    settings: ClipSettings,
) -> Result<filter::Graph, video_rs::ffmpeg::Error> {
    let mut graph = filter::Graph::new();
    let time_base = stream.time_base();
    let aspect = decoder.aspect_ratio();
    let aspect = if aspect.numerator() > 0 { aspect } else { (1, 1).into() };
    let pixel_format: video_rs::ffmpeg::ffi::AVPixelFormat = decoder.format().into();
    let arguments = format!(
        "video_size={}x{}:pix_fmt={}:time_base={}/{}:pixel_aspect={}/{}",
        decoder.width(),
        decoder.height(),
        pixel_format as i32,
        time_base.numerator(),
        time_base.denominator(),
        aspect.numerator(),
        aspect.denominator(),
    );
    let missing = video_rs::ffmpeg::Error::FilterNotFound;
    graph.add(&filter::find("buffer").ok_or(missing)?, "in", &arguments)?;
    graph.add(&filter::find("buffersink").ok_or(missing)?, "out", "")?;
    let ClipSettings { width, height, fps, .. } = settings;
    let chain = format!(
        "{}fps={fps},scale=w={width}:h={height}:force_original_aspect_ratio=increase:flags=bilinear\
         :out_color_matrix=bt709:out_range=tv,crop={width}:{height},setsar=1,format=yuv420p",
        turn(stream)
    );
    graph.output("in", 0)?.input("out", 0)?.parse(&chain)?;
    graph.validate()?;
    Ok(graph)
}

/// The filter that turns a clip upright: phones store how they were held instead of turning the picture.
fn turn(stream: &Stream<'_>) -> &'static str {
    let matrix = stream.side_data().find(|data| data.kind() == SideDataType::DisplayMatrix);
    let Some(matrix) = matrix else { return "" };
    // Nine numbers of 32 bits; the first two are the cosine and sine of the turn in 16.16 fixed point (QuickTime File
    // Format, matrices).
    let number = |place: usize| {
        let bytes = matrix.data().get(place * 4..place * 4 + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, i32::from_ne_bytes)
    };
    match (number(0).signum(), number(1).signum()) {
        (0, 1) => "transpose=clock,",
        (0, -1) => "transpose=cclock,",
        (-1, 0) => "hflip,vflip,",
        _ => "",
    }
}

/// The time of a stream's first frame; FFmpeg's "no value" is the least number.
fn start_of(stream: &Stream<'_>) -> i64 {
    if stream.start_time() == i64::MIN { 0 } else { stream.start_time() }
}

fn copy(scaled: &frame::Video, picture: &mut YuvFrame) {
    let (width, chroma) = (picture.width(), picture.width() / 2);
    for (plane, row, target) in
        [(0, width, &mut picture.y), (1, chroma, &mut picture.u), (2, chroma, &mut picture.v)]
    {
        let source = scaled.data(plane).chunks(scaled.stride(plane).max(1));
        for (target, source) in target.chunks_exact_mut(row).zip(source) {
            if let Some(source) = source.get(..row) {
                target.copy_from_slice(source);
            }
        }
    }
}
