//! Pages a second of the parser's child process, with PDFium and with the built-in engine.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use brainwrought_benches::{median, pdf, resources, time};
use brainwrought_stages::parse::ParseLimits;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let bytes = Bytes::from(std::fs::read(pdf())?);
    let found = resources(std::env::current_exe()?)?.host;
    anyhow::ensure!(found.libpdfium.is_some(), "there is no libpdfium; run `make setup`");
    let built_in = found.clone().without_libpdfium();
    let (mut both, mut alone, mut pages) = (Vec::new(), Vec::new(), 0);
    // In turn, so that a drifting machine touches both alike.
    for _ in 0..10 {
        for (host, seconds) in [(&found, &mut both), (&built_in, &mut alone)] {
            let token = CancellationToken::new();
            let limits = ParseLimits::default();
            let (parsed, wall) = time(|| runtime.block_on(host.parse(bytes.clone(), &limits, &token)));
            pages = parsed?.pages.len();
            seconds.push(wall.as_secs_f64());
        }
    }
    let (both, alone) = (median(both), median(alone));
    println!("parse  {pages} pages, start of the child process included");
    println!("  PDFium    {:.0} pages a second, {:.0} ms a document", pages as f64 / both, both * 1e3);
    println!("  built in  {:.0} pages a second, {:.0} ms a document", pages as f64 / alone, alone * 1e3);
    println!("  PDFium over built in: {:.2}", alone / both);
    Ok(())
}
