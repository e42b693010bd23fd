//! [`Unit`]: what is counted, by all its writings, and what it is worth in others of its kind.

use std::collections::HashMap;
use std::sync::LazyLock;

static BY_WRITING: LazyLock<HashMap<&'static str, &'static Unit>> = LazyLock::new(|| {
    let writings = |unit: &'static Unit| unit.writings.iter().map(move |&writing| (writing, unit));
    // Of two units with one writing, the first is meant.
    UNITS.iter().rev().flat_map(writings).collect()
});

/// What is counted.
#[derive(Debug, PartialEq)]
pub(super) struct Unit {
    /// What it measures; units that measure the same can be turned into each other.
    pub(super) measures: &'static str,
    /// What one is worth in the smallest unit of its kind here.
    pub(super) factor: f64,
    /// Its writings; the first is its name.
    writings: &'static [&'static str],
}

impl Unit {
    /// Its first writing.
    #[cfg(test)]
    pub(super) fn name(&self) -> &'static str {
        self.writings[0]
    }

    /// Finds a unit by one of its writings in small letters.
    pub(super) fn of(key: &str) -> Option<&'static Self> {
        BY_WRITING.get(key).copied()
    }
}

const fn unit(measures: &'static str, factor: f64, writings: &'static [&'static str]) -> Unit {
    Unit { measures, factor, writings }
}

/// From the tables of the SI brochure, and what papers count in, in the languages that scripts are written in. Months and years
/// have their mean length in the Gregorian calendar.
static UNITS: [Unit; 52] = [
    unit("share", 0.01, &["percent", "%", "percentage", "prozent", "pct", "pourcent", "porcentaje"]),
    unit("time", 1e-9, &["nanosecond", "ns", "nanoseconds"]),
    unit("time", 1e-6, &["microsecond", "µs", "μs", "us", "microseconds"]),
    unit("time", 1e-3, &["millisecond", "ms", "milliseconds", "msec", "millisekunden"]),
    unit(
        "time",
        1.0,
        &["second", "s", "sec", "secs", "seconds", "sekunde", "sekunden", "secondes", "segundos", "secondi"],
    ),
    unit("time", 60.0, &["minute", "min", "mins", "minutes", "minuten", "minutos", "minuti", "minuto"]),
    unit(
        "time",
        3600.0,
        &[
            "hour", "h", "hr", "hrs", "hours", "stunde", "stunden", "heure", "heures", "hora", "horas",
            "ora", "ore",
        ],
    ),
    unit(
        "time",
        86_400.0,
        &[
            "day", "days", "tag", "tage", "tagen", "jour", "jours", "día", "días", "dia", "dias", "giorno",
            "giorni",
        ],
    ),
    unit(
        "time",
        604_800.0,
        &[
            "week",
            "weeks",
            "woche",
            "wochen",
            "semaine",
            "semaines",
            "semana",
            "semanas",
            "settimana",
            "settimane",
        ],
    ),
    unit(
        "time",
        2_629_746.0,
        &["month", "months", "monat", "monate", "monaten", "mois", "mes", "meses", "mês", "mese", "mesi"],
    ),
    unit(
        "time",
        31_556_952.0,
        &[
            "year", "years", "jahr", "jahre", "jahren", "yr", "yrs", "an", "ans", "année", "années", "año",
            "años", "ano", "anos", "anno", "anni",
        ],
    ),
    unit(
        "time",
        315_569_520.0,
        &["decade", "decades", "jahrzehnt", "jahrzehnte", "décennie", "décennies", "década", "décadas"],
    ),
    unit(
        "time",
        3_155_695_200.0,
        &[
            "century",
            "centuries",
            "jahrhundert",
            "jahrhunderte",
            "siècle",
            "siècles",
            "siglo",
            "siglos",
            "século",
        ],
    ),
    unit("data", 1.0, &["bit", "bits"]),
    unit("data", 8.0, &["byte", "bytes"]),
    // Whether a kilobyte has 1000 bytes or 1024 nobody tells, so each stands for itself.
    unit("kilobyte", 1.0, &["kilobyte", "kb", "kib", "kilobytes", "kbyte", "kbytes"]),
    unit("megabyte", 1.0, &["megabyte", "mb", "mib", "megabytes", "mbyte", "mbytes"]),
    unit("gigabyte", 1.0, &["gigabyte", "gb", "gib", "gigabytes", "gbyte", "gbytes"]),
    unit("terabyte", 1.0, &["terabyte", "tb", "tib", "terabytes"]),
    unit("petabyte", 1.0, &["petabyte", "pb", "pib", "petabytes"]),
    unit("rate", 1.0, &["kilobit", "kbps", "kbit", "kbits"]),
    unit("rate", 1e3, &["megabit", "mbps", "mbit", "mbits"]),
    unit("rate", 1e6, &["gigabit", "gbps", "gbit", "gbits"]),
    unit("frequency", 1.0, &["hertz", "hz"]),
    unit("frequency", 1e3, &["kilohertz", "khz"]),
    unit("frequency", 1e6, &["megahertz", "mhz"]),
    unit("frequency", 1e9, &["gigahertz", "ghz"]),
    unit("length", 1e-9, &["nanometre", "nm", "nanometers", "nanometres", "nanometer"]),
    unit("length", 1e-6, &["micrometre", "µm", "μm", "micrometers", "micrometres", "micrometer"]),
    unit("length", 1e-3, &["millimetre", "mm", "millimeters", "millimetres", "millimeter"]),
    unit("length", 1e-2, &["centimetre", "cm", "centimeters", "centimetres", "centimeter"]),
    unit(
        "length",
        1.0,
        &["metre", "m", "meter", "meters", "metres", "metern", "mètre", "mètres", "metros", "metri"],
    ),
    unit(
        "length",
        1e3,
        &["kilometre", "km", "kilometers", "kilometres", "kilometer", "kilómetros", "chilometri"],
    ),
    unit("length", 1609.344, &["mile", "miles"]),
    unit("length", 0.3048, &["foot", "feet", "ft"]),
    unit("mass", 1e-3, &["milligram", "mg", "milligrams"]),
    unit("mass", 1.0, &["gram", "g", "grams", "gramm"]),
    unit("mass", 1e3, &["kilogram", "kg", "kilograms", "kilos", "kilo", "kilogramm"]),
    unit("mass", 1e6, &["tonne", "ton", "tons", "tonnes", "tonnen"]),
    unit("volume", 1e-3, &["millilitre", "ml", "milliliters", "millilitres", "milliliter"]),
    unit("volume", 1.0, &["litre", "l", "liters", "litres", "liter"]),
    unit("voltage", 1.0, &["volt", "v", "volts"]),
    unit("current", 1.0, &["ampere", "amp", "amps", "amperes"]),
    unit("power", 1.0, &["watt", "w", "watts"]),
    unit("power", 1e3, &["kilowatt", "kw", "kilowatts"]),
    unit("power", 1e6, &["megawatt", "mw", "megawatts"]),
    unit("energy", 1.0, &["joule", "j", "joules"]),
    unit(
        "degree",
        1.0,
        &["degree", "°", "°c", "°f", "degrees", "celsius", "fahrenheit", "grad", "degrés", "grados"],
    ),
    unit("dollar", 1.0, &["dollar", "$", "usd", "dollars"]),
    unit("euro", 1.0, &["euro", "€", "eur", "euros"]),
    unit("pound", 1.0, &["pound", "£", "gbp", "pounds"]),
    unit("times", 1.0, &["times", "x", "×", "fold", "mal", "fois", "veces", "vezes", "volte"]),
];
