//! The values that travel between stages, one file each.
//!
//! Each is small, versioned JSON; large bytes travel as [`BlobRef`]. Times are integer milliseconds, pages are
//! counted from 1, boxes are in PDF points with the origin at the top left of the page as a reader sees it.

mod audio;
mod blob;
mod clip;
mod document;
mod document_kind;
mod language;
mod layer;
mod line;
mod outbound;
mod page_unit;
mod publication;
mod report;
mod script;
mod script_builder;
mod show;
mod source;
mod video;
mod visuals;

pub use audio::{Audio, AudioMark, MarkKind, Word};
pub use blob::{BlobRef, blobs_in};
pub use clip::{CaptionRecord, Clip};
pub use document::{
    Block, BlockKind, Document, Figure, OutlineEntry, Page, Reader, Rect, Section, SectionRole, TableCell,
    TableRow, TextLine,
};
pub use document_kind::{DocumentKind, UnknownDocumentKind};
pub use language::Language;
pub use layer::{Layer, Moment, Motion, Patch, ShowVisual, Side};
pub use line::{Citation, Importance, Line, LineRole, Mood, Opinion, OpinionVerdict, Speaker};
pub use outbound::OutboundCall;
pub use page_unit::PageUnit;
pub use publication::Publication;
pub use report::{Report, Rule};
pub use script::{
    Analysis, CitedSentence, Concept, ContentsEntry, EffectCue, IllustrationKind, Meme, Profile,
    QuizQuestion, Scene, SceneKind, Script, Segment, VisualCue,
};
pub use script_builder::ScriptBuilder;
pub use show::{Amount, FlowShape, Region, Show, ShowCue, ShowItem, TimelineEvent};
pub use source::SourcePdf;
pub use video::{AssetRecord, Video};
pub use visuals::{Avatar, AvatarFace, Background, Panel, PanelKind, QuizState, SceneVisual, Visuals};
