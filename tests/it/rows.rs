//! Rows of exports, written so that a person can read them.

/// CSV of the `shop` platform from lines of `id at event country room cover viewer gender age dwell`; `-` is empty.
pub fn events(lines: &str) -> String {
    let mut csv = "id,at,event,country,room,cover,viewer,gender,age,dwell\n".to_owned();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let fields: Vec<&str> =
            line.split_whitespace().map(|field| if field == "-" { "" } else { field }).collect();
        csv.push_str(&fields.join(","));
        csv.push('\n');
    }
    csv
}

/// NDJSON of the `feed` platform from lines of `id at country room cover viewer gender age flags dwell`; flags are
/// `clicked`, `entered` and `ordered`, joined by `+`.
pub fn impressions(lines: &str) -> String {
    let mut ndjson = String::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let &[id, at, country, room, cover, viewer, gender, age, flags, dwell] = fields.as_slice() else {
            panic!("10 fields are wanted: {line}");
        };
        let text = |value: &str| Some(value).filter(|value| *value != "-").map(str::to_owned);
        let has = |flag: &str| flags.split('+').any(|given| given == flag);
        let dwell: Option<f64> = text(dwell).map(|dwell| dwell.parse().unwrap());
        let record = serde_json::json!({
            "id": id, "at": at, "country": country, "room": room, "cover": cover, "viewer": viewer,
            "gender": text(gender), "age": text(age),
            "clicked": has("clicked"), "entered": has("entered"), "ordered": has("ordered"), "dwell": dwell,
        });
        ndjson.push_str(&record.to_string());
        ndjson.push('\n');
    }
    ndjson
}
