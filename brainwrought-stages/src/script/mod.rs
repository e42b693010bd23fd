//! Interim writer.

use brainwrought_core::data::*;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use serde::Serialize;

/// Interim.
#[derive(Debug, Default, Serialize)]
pub struct WriteScript {
    /// Length.
    pub length_ms: u64,
    /// Seed.
    pub seed: u64,
    /// Slang.
    pub slang: u8,
}

impl Stage for WriteScript {
    const NAME: &'static str = "script";
    const VERSION: u32 = 1;
    type Input = Document;
    type Output = Script;

    async fn run(&self, _cx: &StageContext, document: Document) -> Result<Script, StageError> {
        let mut lines = Vec::new();
        for page in &document.pages {
            for block in &page.blocks {
                if block.kind != BlockKind::Paragraph {
                    continue;
                }
                for sentence in sentencex::segment("en", &block.text) {
                    let words = sentence.split_whitespace().count();
                    if (7..=16).contains(&words)
                        && sentence.ends_with('.')
                        && !sentence.contains(['(', '[', '='])
                    {
                        lines.push((page.number, sentence.trim().to_owned()));
                    }
                }
            }
        }
        let line = |page: u32, text: &str, role| Line {
            text: text.to_owned(),
            role,
            citation: Citation { page, quote: text.to_owned() },
        };
        let mut at = 3_000_u64;
        let mut scenes = vec![Scene {
            kind: SceneKind::Hook,
            lines: vec![line(1, "What does this paper really say?", LineRole::Hook)],
            visual: VisualCue::TitleCard,
            min_ms: 2000,
        }];
        let step = (lines.len() / ((self.length_ms / 5000) as usize).max(1)).max(1);
        let mut pages = Vec::new();
        for (n, (page, text)) in lines.iter().step_by(step).enumerate() {
            let ms = text.split_whitespace().count() as u64 * 350 + 250;
            if at + ms + 5_500 > self.length_ms {
                break;
            }
            at += ms;
            pages.push(*page);
            let figure = document.figures.iter().find(|figure| figure.page == *page);
            let visual = match figure {
                Some(figure) if n % 3 == 1 => VisualCue::Figure { figure: figure.id.clone() },
                _ => VisualCue::PageCrop { page: *page, quote: text.clone() },
            };
            scenes.push(Scene {
                kind: SceneKind::Content,
                lines: vec![line(*page, text, LineRole::Fact)],
                visual,
                min_ms: 1000,
            });
        }
        let quiz = QuizQuestion {
            question: "What explodes?".to_owned(),
            choices: vec!["Queues".to_owned(), "Cats".to_owned(), "Pages".to_owned()],
            answer: 0,
            citation: Citation { page: 1, quote: String::new() },
        };
        scenes.push(Scene {
            kind: SceneKind::Quiz,
            lines: vec![line(1, "Quick quiz. What explodes?", LineRole::Quiz)],
            visual: VisualCue::QuizCard { question: quiz.clone() },
            min_ms: 4000,
        });
        pages.sort_unstable();
        pages.dedup();
        scenes.push(Scene {
            kind: SceneKind::Source,
            lines: vec![line(1, "Now you know.", LineRole::Close)],
            visual: VisualCue::SourceCard { title: document.title.clone(), pages },
            min_ms: 2000,
        });
        let segments = scenes
            .chunks(3)
            .enumerate()
            .map(|(index, scenes)| Segment {
                index: index as u32,
                title: format!("Part {}", index + 1),
                language: Language::english(),
                planned_start_ms: index as u64 * 13_000,
                scenes: scenes.to_vec(),
            })
            .collect();
        Ok(Script {
            title: document.title.clone(),
            language: Language::english(),
            page_count: document.pages.len() as u32,
            writer: "interim".to_owned(),
            target_ms: self.length_ms,
            analysis: Analysis::default(),
            segments,
            quiz: vec![quiz],
            warnings: vec![],
        })
    }
}
