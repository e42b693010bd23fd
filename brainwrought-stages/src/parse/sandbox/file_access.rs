//! [`restrict`]: the files that a reading process may open, by Landlock.

use landlock::{
    ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, Scope,
    path_beneath_rules,
};

/// Where PDFium looks for fonts that a file uses and does not bring (`CFX_GEModule` and `CLinuxPlatform` in its
/// source), and the folder that Debian's font packages link to.
const FONT_FOLDERS: [&str; 4] =
    ["/usr/share/fonts", "/usr/share/X11/fonts", "/usr/local/share/fonts", "/usr/share/texmf"];

/// Takes away every file but fonts, which stay readable, and all of TCP. What an older kernel does not know is left out.
pub(super) fn restrict() -> Result<(), RulesetError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rules(path_beneath_rules(FONT_FOLDERS, read))?
        .restrict_self()?;
    Ok(())
}
