//! Times of publication, upload, creation or change: they say when a video was made known, never when it was seen.
//!
//! A table over a month has a row per video, and this date is often its only one. Taken for the period, a year's
//! counts would land on the day on which the video came out.

/// What a word begins with, in languages that put blanks between words. Folded, as names are compared.
#[rustfmt::skip]
const STEMS: &[&str] = &[
    // English, and what programs call it.
    "publi", "posted", "posttime", "postdate", "upload", "created", "creation", "createtime", "createdate", "createat",
    "releas", "updated", "updatetime", "updateat", "modified", "lastupdate", "generated", "exported", "downloaded",
    // German, Dutch, Swedish, Danish, Norwegian, Finnish.
    "veröffentlich", "hochgeladen", "hochlade", "erstell", "gepubliceer", "geplaatst", "geüpload", "aangemaakt",
    "uppladd", "skapad", "udgiv", "utgiv", "oplastet", "opprettet", "oprettet", "julkais", "ladattu",
    // Spanish, Portuguese, French, Italian, Romanian.
    "subid", "subida", "creaci", "creado", "creada", "cargad", "postag", "postad", "enviad", "envio", "criaç", "criad",
    "carregad", "lançament", "lanzamient", "estren", "estrei", "créé", "création", "télévers", "importé",
    "pubblic", "caricament", "caricat", "creazion", "încărc",
    // Polish, Czech, Russian, Ukrainian, Turkish, Hungarian, Greek.
    "opublikow", "przesłan", "przesyłan", "utworz", "zveřejn", "vydán", "nahrán", "публик", "опублик", "загруз", "загруж",
    "созда", "опублік", "yayınlan", "yayımlan", "yayınlama", "yayımlama", "yüklen", "yükleme", "oluştur", "közzétét",
    "feltölt", "δημοσί",
    // Indonesian, Malay, Tagalog, Vietnamese.
    "dipublikasi", "publikasi", "diterbit", "terbit", "diunggah", "unggah", "diposting", "posting", "dibuat", "diupload",
    // Arabic, Hebrew, Hindi.
    "نشر", "النشر", "إنشاء", "الإنشاء", "تحميل", "פרסום", "פורסם", "प्रकाश", "अपलोड",
];

/// What a word is as a whole.
const WORDS: &[&str] =
    &["creato", "creata", "create", "post", "publish", "update", "đăng", "dodano", "dodania", "premiere"];

/// What stands anywhere in a name, in languages without blanks, or whose words are several.
#[rustfmt::skip]
const PARTS: &[&str] = &[
    "发布", "發布", "發佈", "发表", "發表", "首发", "首發", "创建", "創建", "建立", "上传", "上傳", "更新", "投稿", "发文", "发帖", "公開",
    "公开", "作成", "アップロード", "게시", "업로드", "생성", "등록", "공개", "xuất bản", "tải lên", "thời gian tạo", "ngày tạo",
    "công bố", "เผยแพร่", "โพสต์", "อัปโหลด", "อัพโหลด", "สร้าง", "mise en ligne", "mis en ligne", "puesta en línea", "first seen",
    "date added", "added on",
];

/// Whether a folded name says that its times are those of a publication, an upload, a creation or a change.
pub(super) fn is_published(folded: &str) -> bool {
    let is_it = |word: &str| WORDS.contains(&word) || STEMS.iter().any(|stem| word.starts_with(stem));
    let words = || folded.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|word| !word.is_empty());
    words().any(is_it) || PARTS.iter().any(|part| folded.contains(part))
}

#[cfg(test)]
mod tests {
    use super::super::name::fold;
    use super::*;

    #[test]
    fn a_publication_is_known_in_many_languages() {
        for name in [
            "Video publish time",
            "Ver\u{ad}öffent\u{ad}lichungs\u{ad}zeit\u{ad}punkt des Videos",
            "Horário de publicação do vídeo",
            "Tiempo de publicación del video",
            "Hora de publicación del vídeo",
            "Heure de publication de la vidéo",
            "Date de mise en ligne",
            "Ora di pubblicazione del video",
            "Publicatietijd van video",
            "Gepubliceerd op",
            "Czas publikacji filmu",
            "Data opublikowania",
            "Video yayınlanma zamanı",
            "動画公開時刻",
            "投稿日時",
            "동영상 게시 시간",
            "发布时间",
            "首次发布时间",
            "發布時間",
            "创建时间",
            "Waktu publikasi video",
            "Tanggal diunggah",
            "Thời gian xuất bản video",
            "Ngày đăng",
            "เวลาเผยแพร่วิดีโอ",
            "Время публикации видео",
            "Дата создания",
            "وقت نشر الفيديو",
            "created_at",
            "createTime",
            "Upload date",
            "Date posted",
            "Post time",
            "Last updated",
            "Released on",
        ] {
            assert!(is_published(&fold(name)), "{name}");
        }
    }

    #[test]
    fn what_is_on_air_is_not_published() {
        for name in [
            "Start time",
            "Launched time",
            "Startzeit",
            "Hora de início",
            "Yayın başlangıcı",
            "开播时间",
            "直播开始时间",
            "Creator",
            "Creative ID",
            "Date",
            "stat_time_day",
            "時間",
            "방송 시작",
            "Thời gian bắt đầu",
            "Poster",
            "Position",
        ] {
            assert!(!is_published(&fold(name)), "{name}");
        }
    }
}
