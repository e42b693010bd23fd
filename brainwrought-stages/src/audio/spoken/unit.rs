//! [`unit`]: units of measurement as English words.

/// Sign, one, many.
const UNITS: &[(&str, &str, &str)] = &[
    ("nm", "nanometer", "nanometers"),
    ("µm", "micrometer", "micrometers"),
    ("μm", "micrometer", "micrometers"),
    ("mm", "millimeter", "millimeters"),
    ("cm", "centimeter", "centimeters"),
    ("m", "meter", "meters"),
    ("km", "kilometer", "kilometers"),
    ("ft", "foot", "feet"),
    ("mi", "mile", "miles"),
    ("m²", "square meter", "square meters"),
    ("km²", "square kilometer", "square kilometers"),
    ("cm²", "square centimeter", "square centimeters"),
    ("m³", "cubic meter", "cubic meters"),
    ("ng", "nanogram", "nanograms"),
    ("µg", "microgram", "micrograms"),
    ("mg", "milligram", "milligrams"),
    ("g", "gram", "grams"),
    ("kg", "kilogram", "kilograms"),
    ("lb", "pound", "pounds"),
    ("lbs", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("ml", "milliliter", "milliliters"),
    ("mL", "milliliter", "milliliters"),
    ("L", "liter", "liters"),
    ("l", "liter", "liters"),
    ("ns", "nanosecond", "nanoseconds"),
    ("µs", "microsecond", "microseconds"),
    ("μs", "microsecond", "microseconds"),
    ("us", "microsecond", "microseconds"),
    ("ms", "millisecond", "milliseconds"),
    ("s", "second", "seconds"),
    ("sec", "second", "seconds"),
    ("min", "minute", "minutes"),
    ("mins", "minute", "minutes"),
    ("h", "hour", "hours"),
    ("hr", "hour", "hours"),
    ("hrs", "hour", "hours"),
    ("yr", "year", "years"),
    ("yrs", "year", "years"),
    ("Hz", "hertz", "hertz"),
    ("kHz", "kilohertz", "kilohertz"),
    ("MHz", "megahertz", "megahertz"),
    ("GHz", "gigahertz", "gigahertz"),
    ("THz", "terahertz", "terahertz"),
    ("b", "bit", "bits"),
    ("kB", "kilobyte", "kilobytes"),
    ("KB", "kilobyte", "kilobytes"),
    ("MB", "megabyte", "megabytes"),
    ("GB", "gigabyte", "gigabytes"),
    ("TB", "terabyte", "terabytes"),
    ("PB", "petabyte", "petabytes"),
    ("KiB", "kibibyte", "kibibytes"),
    ("MiB", "mebibyte", "mebibytes"),
    ("GiB", "gibibyte", "gibibytes"),
    ("kbps", "kilobit per second", "kilobits per second"),
    ("Mbps", "megabit per second", "megabits per second"),
    ("Gbps", "gigabit per second", "gigabits per second"),
    ("Mbit", "megabit", "megabits"),
    ("Gbit", "gigabit", "gigabits"),
    ("fps", "frame per second", "frames per second"),
    ("rpm", "turn per minute", "turns per minute"),
    ("mph", "mile per hour", "miles per hour"),
    ("kph", "kilometer per hour", "kilometers per hour"),
    ("V", "volt", "volts"),
    ("mV", "millivolt", "millivolts"),
    ("kV", "kilovolt", "kilovolts"),
    ("W", "watt", "watts"),
    ("mW", "milliwatt", "milliwatts"),
    ("kW", "kilowatt", "kilowatts"),
    ("MW", "megawatt", "megawatts"),
    ("GW", "gigawatt", "gigawatts"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("MWh", "megawatt hour", "megawatt hours"),
    ("mA", "milliamp", "milliamps"),
    ("mAh", "milliamp hour", "milliamp hours"),
    ("Ω", "ohm", "ohms"),
    ("J", "joule", "joules"),
    ("kJ", "kilojoule", "kilojoules"),
    ("kcal", "kilocalorie", "kilocalories"),
    ("eV", "electron volt", "electron volts"),
    ("keV", "kilo electron volt", "kilo electron volts"),
    ("MeV", "mega electron volt", "mega electron volts"),
    ("GeV", "giga electron volt", "giga electron volts"),
    ("N", "newton", "newtons"),
    ("Pa", "pascal", "pascals"),
    ("kPa", "kilopascal", "kilopascals"),
    ("MPa", "megapascal", "megapascals"),
    ("bar", "bar", "bars"),
    ("dB", "decibel", "decibels"),
    ("K", "kelvin", "kelvin"),
    ("°C", "degree Celsius", "degrees Celsius"),
    ("℃", "degree Celsius", "degrees Celsius"),
    ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
    ("°", "degree", "degrees"),
    ("%", "percent", "percent"),
    ("px", "pixel", "pixels"),
    ("dpi", "dot per inch", "dots per inch"),
    ("ppm", "part per million", "parts per million"),
    ("bps", "bit per second", "bits per second"),
    ("FLOPS", "flops", "flops"),
    ("Da", "dalton", "daltons"),
    ("kDa", "kilodalton", "kilodaltons"),
    ("mol", "mole", "moles"),
    ("mmol", "millimole", "millimoles"),
    ("µmol", "micromole", "micromoles"),
    ("nmol", "nanomole", "nanomoles"),
    ("pmol", "picomole", "picomoles"),
    ("mM", "millimolar", "millimolar"),
    ("µM", "micromolar", "micromolar"),
    ("nM", "nanomolar", "nanomolar"),
    ("pM", "picomolar", "picomolar"),
    ("µL", "microliter", "microliters"),
    ("µl", "microliter", "microliters"),
    ("nL", "nanoliter", "nanoliters"),
    ("dL", "deciliter", "deciliters"),
    ("dl", "deciliter", "deciliters"),
    ("pg", "picogram", "picograms"),
    ("ha", "hectare", "hectares"),
    ("kΩ", "kilohm", "kilohms"),
    ("MΩ", "megohm", "megohms"),
    ("µV", "microvolt", "microvolts"),
    ("µW", "microwatt", "microwatts"),
    ("hPa", "hectopascal", "hectopascals"),
    ("GPa", "gigapascal", "gigapascals"),
    ("MJ", "megajoule", "megajoules"),
    ("mT", "millitesla", "milliteslas"),
    ("mSv", "millisievert", "millisieverts"),
    ("µSv", "microsievert", "microsieverts"),
    ("mmHg", "millimeter of mercury", "millimeters of mercury"),
    ("IU", "international unit", "international units"),
    ("€", "euro", "euros"),
    ("£", "pound", "pounds"),
    ("$", "dollar", "dollars"),
    ("USD", "dollar", "dollars"),
    ("EUR", "euro", "euros"),
    ("GBP", "pound", "pounds"),
];

/// How a unit after a number is said, "kB/s", "mg/kg/day" and "µg·mL⁻¹" included.
pub(super) fn unit(sign: &str, count: Count) -> Option<String> {
    // Greek mu for the sign of micro, a ring above for the degree.
    let sign = &*sign.replace('μ', "µ").replace('˚', "°");
    if let Some((above, below)) = sign.rsplit_once('/') {
        let plain = above.len() > 2 && above.chars().all(char::is_alphabetic);
        let above = unit(above, count).or_else(|| plain.then(|| above.to_owned()))?;
        return Some(format!("{above} per {}", per(below)?));
    }
    if let Some((above, below)) =
        sign.rsplit_once(['·', '⋅', '.', '\u{202f}', '\u{a0}']).filter(|_| sign.contains('⁻'))
    {
        return Some(format!("{} {}", unit(above, count)?, reciprocal(below)?));
    }
    let (_, one, many) = UNITS.iter().find(|(known, _, _)| *known == sign)?;
    Some((if count == Count::One { *one } else { *many }).to_owned())
}

/// How a unit with a negative power is said: "s⁻¹" is "per second", "m⁻²" is "per square meter".
pub(super) fn reciprocal(sign: &str) -> Option<String> {
    let (base, power) = sign.split_once('⁻')?;
    let power = if power == "¹" { "" } else { power };
    Some(format!("per {}", per(&format!("{base}{power}"))?))
}

/// How many of a unit there are, as far as grammar cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// Exactly one.
    One,
    /// Any other number.
    Many,
}

fn per(sign: &str) -> Option<String> {
    let words = [
        "second", "minute", "hour", "day", "week", "month", "year", "person", "user", "token", "page",
        "image",
    ];
    let plain = words.contains(&sign).then(|| sign.to_owned()).or_else(|| unit(sign, Count::One));
    plain.or_else(|| {
        let (base, power) = sign.split_at_checked(sign.find(['²', '³'])?)?;
        Some(format!("{} {}", unit(base, Count::One)?, if power == "²" { "squared" } else { "cubed" }))
    })
}

/// What a letter after a number multiplies it by.
pub(super) fn scale(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "k" | "K" => "thousand",
        "M" | "mn" | "mm" => "million",
        "B" | "bn" => "billion",
        "T" | "tn" => "trillion",
        "thousand" => "thousand",
        "million" => "million",
        "billion" => "billion",
        "trillion" => "trillion",
        _ => return None,
    })
}
