//! [`symbol`]: signs and foreign letters as English words.

/// How a sign is said; `None` for a letter, a digit or a sign that says nothing.
pub(super) fn symbol(sign: char) -> Option<&'static str> {
    Some(match sign {
        '%' => "percent",
        '‰' => "per mille",
        '&' => "and",
        '@' => "at",
        '+' => "plus",
        '−' => "minus",
        '±' => "plus or minus",
        '×' | '·' | '⋅' => "times",
        '÷' => "divided by",
        '=' => "equals",
        '≡' => "is equivalent to",
        '≠' => "is not",
        '≈' | '~' | '∼' => "about",
        '<' => "less than",
        '>' => "greater than",
        '≤' | '⩽' => "at most",
        '≥' | '⩾' => "at least",
        '≪' => "much less than",
        '≫' => "much greater than",
        '→' | '⟶' | '↦' => "to",
        '⇒' => "implies",
        '⇔' => "if and only if",
        '∞' => "infinity",
        '∑' => "the sum of",
        '∏' => "the product of",
        '∫' => "the integral of",
        '√' => "the square root of",
        '∂' => "partial",
        '∇' => "nabla",
        '∈' => "in",
        '∉' => "not in",
        '⊂' | '⊆' => "in",
        '∪' => "union",
        '∩' => "intersected with",
        '∅' => "the empty set",
        '∀' => "for all",
        '∃' => "there is",
        '¬' => "not",
        '∧' => "and",
        '∨' => "or",
        '∝' => "proportional to",
        '°' | '˚' => "degrees",
        '§' => "section",
        '¶' => "paragraph",
        '©' => "copyright",
        '$' => "dollars",
        '€' => "euros",
        '£' => "pounds",
        '¥' => "yen",
        '₹' => "rupees",
        '¢' => "cents",
        '#' | '№' => "number",
        '½' => "one half",
        '⅓' => "one third",
        '⅔' => "two thirds",
        '¼' => "one quarter",
        '¾' => "three quarters",
        '⅕' => "one fifth",
        '⅖' => "two fifths",
        '⅗' => "three fifths",
        '⅘' => "four fifths",
        '⅙' => "one sixth",
        '⅚' => "five sixths",
        '⅛' => "one eighth",
        '⅜' => "three eighths",
        '⅝' => "five eighths",
        '⅞' => "seven eighths",
        'ℝ' => "R",
        'ℕ' => "N",
        'ℤ' => "Z",
        _ => return greek(sign),
    })
}

/// The name of a Greek letter.
pub(super) fn greek(letter: char) -> Option<&'static str> {
    Some(match letter {
        'α' | 'Α' => "alpha",
        'β' | 'Β' => "beta",
        'γ' | 'Γ' => "gamma",
        'δ' | 'Δ' | '∆' => "delta",
        'ε' | 'ϵ' | 'Ε' => "epsilon",
        'ζ' | 'Ζ' => "zeta",
        'η' | 'Η' => "eta",
        'θ' | 'ϑ' | 'Θ' => "theta",
        'ι' | 'Ι' => "iota",
        'κ' | 'Κ' => "kappa",
        'λ' | 'Λ' => "lambda",
        'μ' | 'µ' | 'Μ' => "mew",
        'ν' | 'Ν' => "new",
        'ξ' | 'Ξ' => "ksi",
        'ο' | 'Ο' => "omicron",
        'π' | 'Π' => "pi",
        'ρ' | 'ϱ' | 'Ρ' => "row",
        'σ' | 'ς' | 'Σ' => "sigma",
        'τ' | 'Τ' => "tau",
        'υ' | 'Υ' => "upsilon",
        'φ' | 'ϕ' | 'Φ' => "phi",
        'χ' | 'Χ' => "chi",
        'ψ' | 'Ψ' => "psi",
        'ω' | 'Ω' => "omega",
        _ => return None,
    })
}

/// The plain character that a raised one stands for.
pub(super) fn raised(letter: char) -> Option<char> {
    let place = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ".chars().position(|c| c == letter)?;
    "0123456789+-ni".chars().nth(place)
}

/// The plain character that a lowered one stands for.
pub(super) fn lowered(letter: char) -> Option<char> {
    let place = "₀₁₂₃₄₅₆₇₈₉₊₋ₙᵢₐₑₒₓₖₘₜ".chars().position(|c| c == letter)?;
    "0123456789+-niaeoxkmt".chars().nth(place)
}
