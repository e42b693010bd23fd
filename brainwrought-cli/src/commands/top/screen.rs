//! [`Screen`]: the terminal that a view is drawn on.

use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::job_store::JobStoreError;
use brainwrought_core::report::chain;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::layout::{Constraint, Layout};
use ratatui::style::Stylize as _;
use ratatui::text::Line;
use ratatui::widgets::{Block, Row, Table};
use ratatui::{DefaultTerminal, Frame};

use super::fleet_view::{FleetView, Part};

/// The most rows of workers and of stages, so that jobs are always in sight.
const MAX_ROWS: u16 = 12;

/// A terminal in raw mode on its second screen. It is itself again when this is dropped.
#[derive(Debug)]
pub(super) struct Screen {
    terminal: DefaultTerminal,
}

impl Screen {
    pub(super) fn open() -> anyhow::Result<Self> {
        Ok(Self { terminal: ratatui::try_init().context("could not draw on this terminal; try --once")? })
    }

    pub(super) fn draw(&mut self, view: &Result<FleetView, JobStoreError>) -> anyhow::Result<()> {
        self.terminal.draw(|frame| show(frame, view)).context("could not draw on this terminal")?;
        Ok(())
    }

    /// Waits for a key or the end of the time; true when the user wants to leave.
    pub(super) fn wait(&self, at_most: Duration) -> anyhow::Result<bool> {
        if !event::poll(at_most)? {
            return Ok(false);
        }
        let Event::Key(key) = event::read()? else { return Ok(false) };
        let stops = key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
        let leaves = matches!(key.code, KeyCode::Char('q') | KeyCode::Esc);
        Ok(key.kind == KeyEventKind::Press && (stops || leaves))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = ratatui::try_restore();
    }
}

fn show(frame: &mut Frame<'_>, view: &Result<FleetView, JobStoreError>) {
    let view = match view {
        Ok(view) => view,
        Err(error) => {
            frame.render_widget(Line::from(format!("{}; trying again", chain(error))).red(), frame.area());
            return;
        }
    };
    let [stages, workers, jobs] = view.parts();
    let height = |part: &Part| u16::try_from(part.rows.len()).unwrap_or(u16::MAX).min(MAX_ROWS) + 3;
    let [top, first, second, third, bottom] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(height(&stages)),
        Constraint::Length(height(&workers)),
        Constraint::Min(3),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(Line::from(view.headline()).bold(), top);
    for (part, area) in [(stages, first), (workers, second), (jobs, third)] {
        frame.render_widget(table(part), area);
    }
    frame.render_widget(Line::from("q ends").dim(), bottom);
}

fn table(part: Part) -> Table<'static> {
    let Part { title, heads, rows } = part;
    let widest = |n: usize| rows.iter().map(|row| row[n].chars().count()).chain([heads[n].len()]).max();
    let last = heads.len() - 1;
    let widths: Vec<Constraint> = (0..heads.len())
        .map(|n| match u16::try_from(widest(n).unwrap_or(0)) {
            Ok(width) if n < last => Constraint::Length(width.min(40)),
            _ => Constraint::Fill(1),
        })
        .collect();
    let row = |cells: Vec<String>| {
        let failed = cells.iter().any(|cell| cell == "FAILED");
        let waits = cells.iter().any(|cell| cell == "INTERRUPTED");
        let row = Row::new(cells);
        if failed {
            row.red()
        } else if waits {
            row.yellow()
        } else {
            row
        }
    };
    Table::new(rows.clone().into_iter().map(row), widths)
        .header(Row::new(heads.clone()).dim())
        .column_spacing(2)
        .block(Block::bordered().title(title))
}

#[cfg(test)]
pub(super) mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;

    /// What a terminal of that size shows.
    pub(in super::super) fn drawn(
        view: &Result<FleetView, JobStoreError>,
        width: u16,
        height: u16,
    ) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| show(frame, view)).unwrap();
        let buffer = terminal.backend().buffer();
        let line = |row: &[ratatui::buffer::Cell]| row.iter().map(|cell| cell.symbol()).collect::<String>();
        buffer.content().chunks(usize::from(width)).map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_store_that_is_away_is_named() {
        let away =
            JobStoreError::Unavailable { action: "list the jobs".to_owned(), source: "refused".into() };
        let text = drawn(&Err(away), 90, 4);
        assert!(text.contains("could not list the jobs") && text.contains("trying again"), "{text}");
    }
}
