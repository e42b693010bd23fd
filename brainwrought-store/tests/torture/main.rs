//! Torture: a fleet whose processes are killed and stalled, whose database is restarted, whose network is cut, and whose
//! clocks are set.
//!
//! Everything that is asked for must be done, once, by the attempt that held the lease. Then the same is run with the
//! fence taken out, and must fail: a test that cannot fail proves nothing.
//!
//! `make torture` runs it for minutes; without arguments it takes about one.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and prints what it counted")]

mod fleet;
mod plan;
mod verdict;
mod worker;

use std::path::PathBuf;
use std::time::Duration;

use fleet::Ordeal;
use worker::Orders;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [role, url, folder, seed, fence] = arguments.as_slice()
        && !role.starts_with('-')
    {
        let (url, folder) = (url.clone(), PathBuf::from(folder));
        let (seed, fenced) = (seed.parse().unwrap(), fence == "fenced");
        return worker::play(Orders { role: role.clone(), url, folder, seed, fenced });
    }
    if arguments.iter().any(|argument| argument == "--list") {
        return println!("torture: test");
    }
    let number = |name: &str, usual: usize| {
        let place = arguments.iter().position(|argument| argument == name);
        place.and_then(|place| arguments.get(place + 1)).map_or(usual, |text| text.parse().unwrap())
    };
    let is_filtered =
        arguments.first().is_some_and(|first| !first.starts_with('-') && !"torture".contains(first.as_str()));
    if is_filtered {
        return;
    }
    let ordeal = Ordeal {
        jobs: number("--tasks", 1000).div_ceil(plan::TASKS),
        workers: number("--workers", 8),
        restarts: number("--restarts", 3),
        seed: number("--seed", 1) as u64,
        fenced: true,
        limit: Duration::from_secs(number("--limit", 300) as u64),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let verdict = runtime.block_on(ordeal.run());
    println!("torture, fenced:   {verdict}");
    assert!(verdict.is_right(), "the store lost or doubled work: {verdict}");
    // Whether a stale attempt gets through hangs on moments, so it has several runs to do so.
    let wrong = (0..6).any(|again| {
        let seed = ordeal.seed + again;
        let unfenced = Ordeal { jobs: ordeal.jobs.min(30), restarts: 0, fenced: false, seed, ..ordeal };
        let verdict = runtime.block_on(unfenced.run());
        println!("torture, unfenced: {verdict}");
        !verdict.is_right()
    });
    assert!(wrong, "without the fence something must go wrong, or the torture is too mild");
}
