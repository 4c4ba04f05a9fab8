//! Words that exports and configurations are made of: platforms that are shipped, day-parts, and audiences.

/// Platform, English, Chinese; sorted by platform. The keys are names of files in `config/platforms/`, and words in those of
/// others.
pub(super) const PLATFORMS: [(&str, &str, &str); 29] = [
    ("agora", "Agora", "声网"),
    ("app_feed", "App feed", "应用信息流"),
    ("apsaravideo", "ApsaraVideo", "阿里云视频播放器"),
    ("conviva", "Conviva", "Conviva"),
    ("douyin", "Douyin", "抖音"),
    ("douyin_compass", "Douyin", "抖音"),
    ("events", "Own app", "自有应用"),
    ("facebook", "Facebook", "Facebook"),
    ("google_ads", "Google Ads", "Google 广告"),
    ("instagram", "Instagram", "Instagram"),
    ("kuaishou", "Kuaishou", "快手"),
    ("kuaishou_ads", "Kuaishou ads", "快手广告"),
    ("lazada", "Lazada", "Lazada"),
    ("lazada_live", "LazLive", "LazLive"),
    ("meta_ads", "Meta ads", "Meta 广告"),
    ("mux", "Mux", "Mux"),
    ("player", "Own player", "自有播放器"),
    ("shopee", "Shopee", "Shopee"),
    ("shopee_live", "Shopee Live", "Shopee 直播"),
    ("taobao", "Taobao", "淘宝"),
    ("taobao_live", "Taobao Live", "淘宝直播"),
    ("tiktok", "TikTok", "TikTok"),
    ("tiktok_ads", "TikTok ads", "TikTok 广告"),
    ("tiktok_ads_manager", "TikTok Ads Manager", "TikTok 广告管理平台"),
    ("tiktok_shop", "TikTok Shop", "TikTok Shop"),
    ("tiktok_shop_live", "TikTok Shop", "TikTok Shop"),
    ("xiaohongshu", "Xiaohongshu", "小红书"),
    ("xiaohongshu_notes", "Xiaohongshu", "小红书"),
    ("youtube", "YouTube", "YouTube"),
];

/// Day-part, English, Chinese; sorted.
pub(super) const SLOTS: [(&str, &str, &str); 8] = [
    ("afternoon", "afternoon", "午后"),
    ("all", "all day", "全天"),
    ("all_day", "all day", "全天"),
    ("evening", "evening", "晚间"),
    ("late", "late", "深夜"),
    ("morning", "morning", "早间"),
    ("night", "night", "凌晨"),
    ("prime", "prime", "黄金"),
];

/// What an audience is, or a part of one; English, Chinese; sorted. Others, such as age bands, stay.
pub(super) const AUDIENCES: [(&str, &str, &str); 14] = [
    ("all", "All", "全部"),
    ("f", "Women", "女"),
    ("fan", "Fans", "粉丝"),
    ("fans", "Fans", "粉丝"),
    ("female", "Women", "女"),
    ("follower", "Followers", "粉丝"),
    ("m", "Men", "男"),
    ("male", "Men", "男"),
    ("new", "New", "新客"),
    ("not_known", "Not known", "不详"),
    ("old", "Returning", "老客"),
    ("returning", "Returning", "老客"),
    ("unknown", "Not known", "不详"),
    ("unspecified", "Not known", "不详"),
];
