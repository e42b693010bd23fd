//! The bodies of the characters, all our own, on 260 × 260 units.

use std::fmt::Write as _;

use super::face::{Face, LINE};

/// Draws a body and tells where its face is.
pub(super) type Body = fn(&mut String) -> Face;

const RIGHTWARD: f32 = 1.0;
const LEFTWARD: f32 = -1.0;

/// A pink brain with round glasses.
pub(super) fn brain(svg: &mut String) -> Face {
    let lobes = [(84, 92, 50), (130, 72, 52), (178, 92, 50), (62, 142, 44), (198, 142, 44), (130, 150, 76)];
    for (grow, colour) in [(8, LINE), (0, "#ff8fb8")] {
        for (x, y, radius) in lobes {
            let _ = write!(svg, r##"<circle cx="{x}" cy="{y}" r="{}" fill="{colour}"/>"##, radius + grow);
        }
        // The stem that it stands on.
        let (left, width) = (108 - grow, 44 + 2 * grow);
        let _ = write!(
            svg,
            r##"<rect x="{left}" y="200" width="{width}" height="{}" rx="18" fill="{colour}"/>"##,
            44 + grow
        );
    }
    svg.push_str(
        r##"<g fill="none" stroke="#d9548a" stroke-width="7"><path d="M130 26 Q122 46 134 62"/><path d="M76 62 Q94 60 98 78"/><path d="M184 62 Q166 60 162 78"/><path d="M36 128 Q50 124 54 142"/><path d="M224 128 Q210 124 206 142"/></g>"##,
    );
    let _ = write!(
        svg,
        r##"<path d="M127 133 Q130 125 133 133" fill="none" stroke="{LINE}" stroke-width="8"/>"##
    );
    Face {
        eyes: (94.0, 166.0, 136.0),
        radius: 33.0,
        pupil: 13.0,
        white: "#ffffff",
        outline: 8.0,
        lid: "#ff8fb8",
        brow: "#8c2456",
        ink: LINE,
        mouth: (130.0, 192.0),
        mouth_size: 0.95,
        inward: RIGHTWARD,
    }
}

/// A green sprout that is curious about everything.
pub(super) fn sprout(svg: &mut String) -> Face {
    let _ = write!(
        svg,
        r##"<path d="M130 66 Q126 40 140 22" fill="none" stroke="{LINE}" stroke-width="12"/><path d="M138 26 Q170 2 196 22 Q176 50 138 26 Z" fill="#ffd84d" stroke="{LINE}" stroke-width="7"/><path d="M134 40 Q106 16 84 32 Q98 58 134 40 Z" fill="#ffb52e" stroke="{LINE}" stroke-width="7"/>"##
    );
    let _ = write!(
        svg,
        r##"<path d="M130 62 C206 62 232 122 226 178 C222 226 184 244 130 244 C76 244 38 226 34 178 C28 122 54 62 130 62 Z" fill="#35d0a5" stroke="{LINE}" stroke-width="8"/><path d="M60 186 Q68 224 130 228" fill="none" stroke="#7cf0cf" stroke-width="9" opacity="0.7"/>"##
    );
    cheeks(svg, 58, 186, "#ff8f8f");
    Face {
        eyes: (92.0, 168.0, 142.0),
        radius: 31.0,
        pupil: 14.0,
        white: "#ffffff",
        outline: 7.0,
        lid: "#35d0a5",
        brow: "#0f6a53",
        ink: LINE,
        mouth: (130.0, 200.0),
        mouth_size: 1.0,
        inward: LEFTWARD,
    }
}

/// An orange robot with an aerial, whose face is a screen.
pub(super) fn robot(svg: &mut String) -> Face {
    let _ = write!(
        svg,
        r##"<path d="M130 58 L130 26" stroke="{LINE}" stroke-width="11" fill="none"/><circle cx="130" cy="22" r="14" fill="#ff4d6d" stroke="{LINE}" stroke-width="7"/>"##
    );
    for x in [12, 218] {
        let _ = write!(
            svg,
            r##"<rect x="{x}" y="120" width="30" height="62" rx="13" fill="#c9cfdb" stroke="{LINE}" stroke-width="8"/>"##
        );
    }
    let _ = write!(
        svg,
        r##"<rect x="34" y="56" width="192" height="188" rx="46" fill="#ffa63d" stroke="{LINE}" stroke-width="8"/><path d="M58 92 Q66 74 92 72" fill="none" stroke="#ffd08a" stroke-width="10"/><rect x="52" y="92" width="156" height="136" rx="36" fill="#253a6b" stroke="{LINE}" stroke-width="7"/>"##
    );
    for (x, y) in [(46, 216), (214, 216), (214, 84)] {
        let _ = write!(svg, r##"<circle cx="{x}" cy="{y}" r="5" fill="#a85f0f"/>"##);
    }
    Face {
        eyes: (94.0, 166.0, 146.0),
        radius: 27.0,
        pupil: 13.0,
        white: "#7ff3ff",
        outline: 5.0,
        lid: "#253a6b",
        brow: "#7ff3ff",
        ink: "#7ff3ff",
        mouth: (130.0, 200.0),
        mouth_size: 0.8,
        inward: RIGHTWARD,
    }
}

/// A small violet ghost that fears nothing.
pub(super) fn ghost(svg: &mut String) -> Face {
    let _ = write!(
        svg,
        r##"<path d="M36 236 L36 134 C36 74 76 34 130 34 C184 34 224 74 224 134 L224 236 Q206 252 192 232 Q176 214 160 234 Q144 254 130 234 Q114 214 98 234 Q82 254 68 232 Q52 216 36 236 Z" fill="#c9b6ff" stroke="{LINE}" stroke-width="8"/><path d="M60 130 Q62 84 100 66" fill="none" stroke="#ece4ff" stroke-width="10"/>"##
    );
    cheeks(svg, 62, 176, "#ff8fd0");
    Face {
        eyes: (94.0, 166.0, 132.0),
        radius: 30.0,
        pupil: 14.0,
        white: "#ffffff",
        outline: 7.0,
        lid: "#c9b6ff",
        brow: "#5b3fa8",
        ink: LINE,
        mouth: (130.0, 190.0),
        mouth_size: 1.0,
        inward: LEFTWARD,
    }
}

/// A blue owl that has read everything.
pub(super) fn owl(svg: &mut String) -> Face {
    let _ = write!(
        svg,
        r##"<path d="M44 58 L34 16 L88 40 Z" fill="#2f6fd6" stroke="{LINE}" stroke-width="8"/><path d="M216 58 L226 16 L172 40 Z" fill="#2f6fd6" stroke="{LINE}" stroke-width="8"/><path d="M130 34 C206 34 232 86 230 150 C228 214 190 246 130 246 C70 246 32 214 30 150 C28 86 54 34 130 34 Z" fill="#4f93f5" stroke="{LINE}" stroke-width="8"/><ellipse cx="130" cy="214" rx="66" ry="30" fill="#cfe2ff"/><g fill="none" stroke="#7fb0fa" stroke-width="6"><path d="M92 226 q9 9 18 0"/><path d="M150 226 q9 9 18 0"/></g>"##
    );
    let _ = write!(
        svg,
        r##"<path d="M36 150 Q22 196 58 224 Q62 186 50 156 Z" fill="#2f6fd6" stroke="{LINE}" stroke-width="7"/><path d="M224 150 Q238 196 202 224 Q198 186 210 156 Z" fill="#2f6fd6" stroke="{LINE}" stroke-width="7"/><circle cx="92" cy="120" r="47" fill="#dcebff"/><circle cx="168" cy="120" r="47" fill="#dcebff"/>"##
    );
    Face {
        eyes: (92.0, 168.0, 122.0),
        radius: 33.0,
        pupil: 15.0,
        white: "#ffffff",
        outline: 7.0,
        lid: "#9cc3fb",
        brow: "#173a7a",
        ink: LINE,
        mouth: (130.0, 186.0),
        mouth_size: 0.82,
        inward: RIGHTWARD,
    }
}

/// A coral frog with its eyes on top of its head.
pub(super) fn frog(svg: &mut String) -> Face {
    for (grow, colour) in [(8, LINE), (0, "#ff7d5c")] {
        for x in [82, 178] {
            let _ = write!(svg, r##"<circle cx="{x}" cy="98" r="{}" fill="{colour}"/>"##, 46 + grow);
        }
        let (wide, tall) = (104 + grow, 70 + grow);
        let _ = write!(svg, r##"<ellipse cx="130" cy="176" rx="{wide}" ry="{tall}" fill="{colour}"/>"##);
    }
    let _ = write!(
        svg,
        r##"<ellipse cx="130" cy="216" rx="62" ry="26" fill="#ffd2bd"/><circle cx="114" cy="160" r="4" fill="{LINE}"/><circle cx="146" cy="160" r="4" fill="{LINE}"/>"##
    );
    cheeks(svg, 56, 178, "#ffc24d");
    Face {
        eyes: (82.0, 178.0, 98.0),
        radius: 32.0,
        pupil: 15.0,
        white: "#ffffff",
        outline: 7.0,
        lid: "#ff7d5c",
        brow: "#9c2f14",
        ink: LINE,
        mouth: (130.0, 196.0),
        mouth_size: 1.25,
        inward: LEFTWARD,
    }
}

/// Round cheeks, `x` from the left edge and from the right one.
fn cheeks(svg: &mut String, x: i32, y: i32, colour: &str) {
    for x in [x, 260 - x] {
        let _ = write!(svg, r##"<ellipse cx="{x}" cy="{y}" rx="14" ry="9" fill="{colour}" opacity="0.8"/>"##);
    }
}
