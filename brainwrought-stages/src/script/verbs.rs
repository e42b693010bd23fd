//! English verbs: what makes a statement of a row of words.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Tells whether `word` may be a verb.
pub(super) fn is_verb(word: &str) -> bool {
    VERB_FORMS.contains(&word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase())
}

/// Tells whether a word among `words` may be the verb of a statement; a caption or a heading has none.
pub(super) fn has_verb(words: &[&str]) -> bool {
    // What comes behind one of these is a noun, or no verb of its own.
    const BEFORE_NOUNS: [&str; 26] = [
        "the", "a", "an", "of", "in", "on", "for", "with", "by", "at", "from", "to", "its", "their", "our",
        "his", "her", "this", "these", "each", "every", "some", "any", "all", "as", "than",
    ];
    let mut before = String::new();
    for (place, word) in words.iter().enumerate() {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        // An order starts with its verb: "Choose one style."
        let free = !BEFORE_NOUNS.contains(&before.as_str()) && (place > 0 || !word.ends_with("ed"));
        if free && VERB_FORMS.contains(&word) {
            return true;
        }
        before = word;
    }
    false
}

/// Verbs that make a statement, beside auxiliaries; their endings are made up.
const VERB_STEMS: &str = "accelerate accept accompany accumulate achieve acquire act adapt add address adjust adopt advance affect \
aggregate agree aim allow alter analyze announce answer anticipate appear apply approach argue arise arrive ask \
assemble assert assess assign assist associate assume attach attack attempt attend attract avoid balance base \
beat become begin behave believe belong benefit bind block boost borrow bring build bypass calculate call cancel \
capture carry cause change check choose claim clarify classify clean clear click close coincide collapse collect \
combine come communicate compare compensate compile complete compress comprise compute concern conclude conduct \
configure confirm conform connect consider consist constitute construct consult consume contain continue \
contribute control convert convey convince cooperate coordinate copy correct correspond cost count cover crawl \
create cross cut damage deal decay decide declare decompose decrease decrypt deduce defend define degrade delay \
delete deliver demonstrate deny depend deploy derive describe design destroy detect determine develop deviate \
diagnose dictate die differ discard disclose discover discuss display distribute divide do dominate double draw \
drive drop duplicate ease edit elect eliminate embed embrace emerge emit emphasize employ enable encode \
encounter encourage encrypt end enforce engage enhance enjoy enrich ensure entail enter equal erase escape \
establish estimate evaluate evolve examine exceed exchange exclude execute exhibit exist expand expect expire \
explain exploit explore export expose express extend face facilitate fail fall feed feel fetch fill filter find \
finish fit fix float flow focus follow force forget form formulate freeze fuse gain generate get give go grant \
grow guarantee guess guide halt handle happen harm have hear help hide hinder hire hit hold hurt identify ignore \
illustrate implement imply import impose improve include incorporate increase incur indicate induce infer \
influence inform inherit inject insert inspect inspire install integrate intend interact interfere interpret \
introduce invent invest investigate invite invoke involve isolate issue iterate join jump justify keep kill know \
lack last launch lay lead learn leave lend let lie lift limit link live load locate lock look lose maintain make \
manage manipulate map match matter maximise maximize mean measure meet mention merge migrate mimic minimise \
minimize mislead mitigate mix modify monitor motivate mount move multiply navigate need negate neglect negotiate \
normalize note notice obey observe obtain occur offer omit open operate optimise optimize organise organize \
originate outperform overcome overlap override overwrite own parse partition pass pay penalize penetrate perform \
permit persist pick place play point populate pose possess postpone pour predict prefer present preserve prevent \
print prioritize probe proceed process produce progress prohibit promise propagate propose protect prove provide \
publish pull pursue push put qualify quantify query radiate raise randomize rank reach react read recall receive \
recognise recognize recommend reconstruct record recover recycle reduce refer refine reflect refresh refuse \
regard regulate reinforce reject relate relax release rely remain remember remind remove render renew rent \
reorder repair repeat replace replicate report represent reproduce request require rescue reserve reset reside \
resist resolve respond restart restore restrict result retain retrieve return reuse reveal reverse review revise \
revolve reward rewrite rise rotate route run satisfy save say scale scan search secure see seek seem select sell \
send sense separate serve set shape share shift shorten show shrink shut sign simulate sit skip sleep slow \
smooth solve sort span spawn speak specialize specify spend spin split spread stabilize stand start stay steal \
stimulate stop store stretch strike struggle study submit subtract succeed suffer suggest sum summarize supply \
support suppose suppress surprise surround survive suspect sustain swap switch synchronize tackle take talk \
tamper target teach tell tend terminate test thank think threaten throw tie tolerate touch trace track train \
transfer transform translate transmit transport trap travel traverse treat trigger trust try tune turn twist \
undergo underlie undermine underpin understand unify unlock update upgrade use validate vanish vary verify view \
violate visit visualize vote wait wake walk want warn wash waste watch weaken wear weigh welcome widen win wish \
work wrap write yield";
/// Forms that no ending makes.
const IRREGULAR: &str = "is are was were be been has had have can could will would may might must should shall does do did cannot \
isn't aren't wasn't weren't can't couldn't won't wouldn't don't doesn't didn't hasn't haven't hadn't it's that's there's we're they're you're he's she's what's \
isn’t aren’t wasn’t weren’t can’t couldn’t won’t wouldn’t don’t doesn’t didn’t hasn’t haven’t hadn’t it’s that’s there’s we’re they’re you’re he’s she’s what’s let’s \
became began broke brought built bought came chose cut dealt drew drove fell felt fought found gave gets got grew held kept knew known led left lent \
lost made meant met paid put ran read rose said sat saw sent showed shown sold spent split spoke stood struck taught thought threw \
told took understood went won wrote goes says dies lies tries relies applies implies varies carries satisfies identifies specifies \
simplifies studies copies supplies relied applied implied varied carried satisfied identified specified studied tried died lied";

static VERB_FORMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let mut forms: BTreeSet<String> = IRREGULAR.split_whitespace().map(str::to_owned).collect();
    for stem in VERB_STEMS.split_whitespace() {
        forms.insert(stem.to_owned());
        forms.insert(format!("{stem}s"));
        forms.insert(format!("{stem}es"));
        forms.insert(format!("{}ed", stem.strip_suffix('e').unwrap_or(stem)));
        // "stop" becomes "stopped".
        if let Some(last) = stem.chars().last() {
            forms.insert(format!("{stem}{last}ed"));
        }
    }
    forms
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_have_no_verb() {
        let has = |text: &str| has_verb(&text.split_whitespace().collect::<Vec<_>>());
        assert!(has("The queue grows.") && has("Choose one style guide.") && has("It stopped at night."));
        assert!(!has("Transformation of the Energy of Light Rays.") && !has("At the start of the play."));
        assert!(is_verb("crawls,") && !is_verb("barista"));
    }
}
