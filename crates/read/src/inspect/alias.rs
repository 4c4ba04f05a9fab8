//! Names that platforms are known to give their columns, in several languages and versions.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::name::fold;
use super::role::Role;
use coverledger_core::model::Count;

/// Every known name, folded; of two claims the first counts.
static ROLES: LazyLock<HashMap<String, Role>> = LazyLock::new(|| {
    let names = KNOWN.iter().rev().flat_map(|(role, names)| names.iter().map(move |name| (fold(name), *role)));
    names.collect()
});

/// The role that a folded name is known to claim.
pub(super) fn find(folded: &str) -> Option<Role> {
    ROLES.get(folded).copied()
}

#[rustfmt::skip]
const KNOWN: &[(Role, &[&str])] = &[
    (Role::Count(Count::Impressions), &[
        "Impressions", "Impression", "Impr.", "LIVE impressions", "Room impressions", "Cover impressions", "Thumbnail impressions",
        "client_show_cnt", "show_cnt", "video_thumbnail_impressions", "ad_photo_impression",
        "Impressionen", "Impressões", "Impressões da LIVE", "Impresiones", "Impresi", "Lượt hiển thị", "การแสดงผล",
        "直播间曝光人次", "直播间曝光次数", "曝光次数", "曝光人次", "曝光量", "曝光数", "曝光", "展现量", "展示次数", "曝光次數", "インプレッション数", "サムネイルのインプレッション",
        "노출수", "Thumbnail-Impressionen", "Impresiones de miniaturas", "Số lượt hiển thị hình thu nhỏ", "Tayangan",
    ]),
    (Role::Count(Count::UniqueImpressions), &[
        "Unique impressions", "Impression users", "直播间曝光人数", "曝光人数",
    ]),
    (Role::Count(Count::Clicks), &[
        "Clicks", "Cover clicks", "Thumbnail clicks", "LIVE clicks", "ad_photo_click",
        "Klicks", "Cliques", "Clics", "Klik", "Lượt nhấp", "封面点击次数", "封面图点击次数", "点击次数", "点击量", "クリック数", "클릭수",
    ]),
    (Role::Count(Count::Clickers), &["Unique clicks", "Clickers", "封面点击人数", "点击人数"]),
    (Role::Count(Count::Entries), &[
        "Views", "LIVE views", "Room views", "Entries", "watch_pv", "live_views", "PV",
        "Aufrufe", "Visualizações", "Visualizaciones", "Vues", "Penayangan", "Lượt xem", "การดู", "ยอดดู",
        "进入人次", "进入次数", "观看次数", "观看人次", "观看量", "观看数", "直播间进入人次", "直播间观看次数", "直播间观看人次", "觀看次數",
        "視聴回数", "조회수", "Vistas", "Số lượt xem",
    ]),
    (Role::Count(Count::Entrants), &[
        "Viewers", "Unique viewers", "Entrants", "watch_uv", "live_unique_views", "UV",
        "Zuschauer", "Espectadores", "Spectateurs", "Penonton", "Người xem", "ผู้ชม",
        "进入人数", "观看人数", "直播间观看人数", "視聴者数", "시청자수",
    ]),
    (Role::Count(Count::Dwell), &[
        "Watch time", "Total watch time", "Total viewing duration", "Wiedergabezeit", "Tempo de exibição", "Waktu tonton",
        "Tiempo de visualización", "观看总时长", "総再生時間",
    ]),
    (Role::Count(Count::Orders), &[
        "Orders", "Paid orders", "SKU orders", "Attributed SKU orders", "Conversions", "sku_orders", "Pesanan", "Pedidos", "Bestellungen", "Đơn hàng",
        "成交订单数", "支付订单数", "订单数",
    ]),
    (Role::OtherCount, &[
        "Created orders", "created_sku_orders", "Items sold", "items_sold", "Units sold", "Likes", "Comments", "Shares",
        "New followers", "Followers", "Peak viewers", "PCU", "ACU", "Buyers", "Customers", "成交件数", "创建订单数",
        "Curtidas", "Suka", "Komentar", "Abonnenten", "Subscribers", "Comentários",
    ]),
    (Role::ProductImpressions, &[
        "Product impressions", "product_impressions", "product_show_cnt", "Produktimpressionen", "Impresi produk",
        "Impressões do produto", "Impressões de produtos", "商品曝光次数", "商品曝光人次",
    ]),
    (Role::ProductClicks, &[
        "Product clicks", "product_clicks", "productClicks", "Clicks on products", "Product visitors", "Produktklicks",
        "Klik produk", "Cliques no produto", "Cliques em produtos", "商品点击次数", "商品点击人次", "商品点击量", "商品点击人数",
    ]),
    (Role::EntryRate, &[
        "Tap-through rate", "Enter room rate", "enter_room_rate", "Entry rate", "Room entry rate", "Room rate",
        "Taxa de entrada", "Taxa de entrada na sala", "Tingkat masuk", "Tingkat ketuk", "进入率", "直播间进入率", "曝光进入率",
        "曝光-进入率",
    ]),
    (Role::CoverRate, &[
        "video_thumbnail_impressions_ctr", "Impressions click-through rate", "Thumbnail click-through rate", "Cover CTR",
        "Klickrate der Impressionen", "Taxa de cliques de impressões", "Tasa de clics de las impresiones",
        "Porcentaje de clics de las impresiones", "Tasa de clics de las miniaturas", "Taux de clics par impression",
        "Thumbnail-Klickrate", "Tỷ lệ nhấp của số lượt hiển thị hình thu nhỏ", "サムネイルのクリック率", "노출 클릭률", "展示点击率",
        "曝光點閱率", "Rasio klik-tayang tayangan", "封面图点击率", "封面点击率", "インプレッションのクリック率",
    ]),
    (Role::ProductRate, &[
        "Product CTR", "Product click-through rate", "Product guided rate", "product_ctr", "商品点击率", "CTOR",
    ]),
    (Role::ClickRate, &[
        "CTR", "LIVE CTR", "Click-through rate", "Click rate", "click_rate", "Klickrate", "Taxa de cliques",
        "Tasa de clics", "Rasio klik-tayang", "Tỷ lệ nhấp", "点击率", "クリック率", "클릭률",
    ]),
    (Role::MeanPerViewer, &["人均观看时长", "Average viewing duration per viewer", "Avg. viewing duration per viewer"]),
    (Role::Mean, &[
        "Average viewing duration", "Avg. viewing duration", "avg_viewing_duration", "Average view duration",
        "average_view_duration_seconds", "Average viewing time", "Durchschnittliche Wiedergabedauer",
        "Duração média da visualização", "Duração média de visualização", "Durasi menonton rata-rata",
        "Rata-rata durasi tonton", "Duración media de las visualizaciones", "Duración promedio de vistas",
        "Duración promedio de las vistas", "Durée moyenne d'une vue", "평균 시청 지속 시간", "平均觀看時間", "Thời lượng xem trung bình",
        "次均观看时长", "平均观看时长", "平均視聴時間",
    ]),
    (Role::Start, &[
        "Start time", "start_time", "startTime", "Start", "begin_time", "Launched time", "Go live time", "Time",
        "timestamp", "stat_time", "stat_time_hour", "date_time", "Datetime", "Startzeit", "Hora de início",
        "Horário de início", "Hora de inicio", "Waktu mulai", "Thời gian bắt đầu", "开播时间", "开始时间", "直播开始时间", "時間",
        "From", "On air from", "On air since", "开始", "上线时间", "上架时间", "开始展示时间",
    ]),
    (Role::End, &[
        "End time", "end_time", "endTime", "End", "Endzeit", "Hora de término", "Waktu selesai", "下播时间", "结束时间",
        "直播结束时间",
        "Until", "To", "Till", "On air until", "On air to", "结束", "下线时间", "下架时间", "结束展示时间",
    ]),
    (Role::Date, &["Date", "Day", "stat_date", "stat_time_day", "Datum", "Tag", "Data", "Dia", "Fecha", "Tanggal", "Ngày", "วันที่", "日期", "日付", "날짜"]),
    (Role::Hour, &[
        "Hour", "Hour of day", "hourly_stats_aggregated_by_audience_time_zone",
        "hourly_stats_aggregated_by_advertiser_time_zone", "Time of day (viewing audience's time zone)", "Stunde", "Hora",
        "Jam", "小时", "时段",
    ]),
    (Role::Length, &["Duration", "LIVE duration", "Livestream duration", "Dauer", "Duração", "Duración", "Durasi", "直播时长", "开播时长"]),
    (Role::Zone, &["Time zone", "timezone", "time_zone", "Zeitzone", "Fuso horário", "Zona waktu", "时区"]),
    (Role::Broadcast, &[
        "LIVE ID", "Livestream ID", "Room ID", "room_id", "live_id", "broadcast_id", "session_id", "sessionId", "Session",
        "video_id", "Content", "Inhalte", "Conteúdo", "Konten", "Contenido", "Contenu", "コンテンツ", "콘텐츠", "内容", "內容", "Nội dung",
        "直播间ID", "直播ID", "场次ID", "Campaign ID", "campaign_id",
        "Broadcast", "Room", "Stream", "Stream ID", "场次", "直播场次", "直播间", "直播编号",
    ]),
    (Role::Title, &[
        "LIVE name", "Livestream", "Livestream name", "Livestream title", "Room title", "Title", "Video title", "Videotitel",
        "Título do vídeo", "Título", "Judul", "Judul video", "直播标题", "直播间名称", "标题", "Campaign name", "Creator", "Anchor", "Account", "主播",
    ]),
    (Role::Market, &["Country", "country_code", "country", "Region", "Market", "Land", "País", "Negara", "国家", "国家/地区", "市场", "站点"]),
    (Role::Cover, &["cover_id", "Cover", "Ad name", "Ad ID", "ad_id", "creative_id", "cover_image_url", "Cover image", "封面", "封面图", "Cover name", "Thumbnail", "Thumbnail ID", "封面ID", "封面名称", "封面编号", "カバー", "커버"]),
    (Role::Audience, &["Gender", "Age", "age_band", "Age group", "Geschlecht", "Alter", "Gênero", "Idade", "性别", "年龄"]),
    (Role::Flag, &["is_test", "is_live", "is_deleted", "Test"]),
];
