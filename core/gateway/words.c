/* SPDX-License-Identifier: MIT */
#include "gateway/words.h"

#include <string.h>

#include <vmm/observation.h>

static const char *const tags[WORDS_COUNT] = {"en", "zh-TW", "pt-BR"};

/* English, Traditional Chinese, Brazilian Portuguese. */
static const char *const texts[WORDS_KEYS][WORDS_COUNT] = {
    [WORDS_ALERT] = {"{name} is {health}: {reason}", "{name} {health}：{reason}",
                     "{name} está {health}: {reason}"},
    [WORDS_ITEM] = {"{health}: {reason}", "{health}：{reason}", "{health}: {reason}"},
    [WORDS_RECOVERY] = {"{name} is OK again", "{name} 已恢復正常", "{name} voltou ao normal"},
    [WORDS_CAME_AND_WENT] = {"{name} was {health} for {duration} and is OK again",
                             "{name} 曾{health} {duration}，現已恢復正常",
                             "{name} ficou {health} por {duration} e voltou ao normal"},
    [WORDS_OFF] = {"{name} is switched off on purpose", "{name} 已刻意停用",
                   "{name} foi desligado de propósito"},
    [WORDS_MANY] = {"{site}: {devices}: {reason}", "{site}：{devices}：{reason}",
                    "{site}: {devices}: {reason}"},
    [WORDS_MIXED] = {"{site}: {devices} with news", "{site}：{devices}有新狀況",
                     "{site}: novidades em {devices}"},
    [WORDS_MANY_BAD] = {"{site}: {devices} not OK", "{site}：{devices}異常",
                        "{site}: {devices} com problema"},
    [WORDS_BAD_AND_BACK] = {"{site}: {devices} not OK, {count} OK again",
                            "{site}：{devices}異常，{count} 台已恢復正常",
                            "{site}: {devices} com problema, {count} de volta ao normal"},
    [WORDS_SEVERAL_SITES] = {"Several sites", "多個地點", "Vários locais"},
    [WORDS_MANY_BACK] = {"{site}: {devices} OK again", "{site}：{devices}已恢復正常",
                         "{site}: {devices} de volta ao normal"},
    [WORDS_SITE_LOST] = {"Site {site} unreachable: {lost}", "地點 {site} 無法連線：{lost}",
                         "Local {site} inacessível: {lost}"},
    [WORDS_SITE_BACK] = {"Site {site} is reachable again", "地點 {site} 已恢復連線",
                         "Local {site} acessível novamente"},
    [WORDS_GROUP_LOST] = {"{site}: {lost} lost at once (of {of})",
                          "{site}：{lost}同時失去連線（共 {of}）",
                          "{site}: perda simultânea de {lost} (de {of})"},
    [WORDS_GROUP_BACK] = {"{site}: what was lost at once is back",
                          "{site}：同時失去連線的裝置已恢復",
                          "{site}: o que se perdeu ao mesmo tempo voltou"},
    [WORDS_LINK_LOST] = {"{site}: all behind {name} lost: {lost}",
                         "{site}：{name} 之後全部失去連線：{lost}",
                         "{site}: tudo atrás de {name} perdido: {lost}"},
    [WORDS_LINK_BACK] = {"{site}: all behind {name} is back", "{site}：{name} 之後已全部恢復",
                         "{site}: tudo atrás de {name} voltou"},
    [WORDS_BACK_BUT] = {"{title}, but for {lost}", "{title}（{lost}除外）",
                        "{title}, exceto {lost}"},
    [WORDS_NODE_LOST] = {"{name}: the machine that watches is cut off",
                         "{name}：監看主機的網路已中斷",
                         "{name}: a máquina que monitora está isolada"},
    [WORDS_NODE_BACK] = {"{name}: the machine that watches is connected again",
                         "{name}：監看主機已恢復連線",
                         "{name}: a máquina que monitora está conectada novamente"},
    [WORDS_NVR_LOST] = {"{name} is {health}, and with it {lost}", "{name} {health}，連帶{lost}",
                        "{name} está {health}, e com ele {lost}"},
    [WORDS_OR_NODE] = {"Or this node is cut off: nothing that it watches answers.",
                       "也可能是本監看主機斷線：它所監看的裝置全無回應。",
                       "Ou este nó está isolado: nada do que ele monitora responde."},
    [WORDS_BY_PROVIDER] = {"Not confirmed: the provider is off, missing, failed over it, or has no "
                           "place for it.",
                           "無法確認：提供者已停用、不存在、因此裝置而故障，或沒有空位。",
                           "Não confirmado: o provedor está desligado, ausente, falhou com ele ou "
                           "não tem vaga para ele."},
    [WORDS_BY_NODE] =
        {"Not confirmed: the machine that watches was cut off, stood still, or had no "
         "time to look.",
         "無法確認：監看主機曾斷線、停頓，或沒有時間查看。",
         "Não confirmado: a máquina que monitora ficou isolada, parou ou não teve "
         "tempo de consultar."},
    [WORDS_BY_LINK] = {"Not confirmed: what it hangs on, its recorder or the cause above, does not "
                       "let it be seen.",
                       "無法確認：它所依賴的錄影主機或上層原因使它無法被看到。",
                       "Não confirmado: aquilo de que depende, seu gravador ou a causa acima, não "
                       "deixa que seja visto."},
    [WORDS_BY_PATH] = {"Not confirmed: its name is not resolved, or its address takes no more "
                       "connections.",
                       "無法確認：它的名稱無法解析，或它的位址不再接受連線。",
                       "Não confirmado: seu nome não é resolvido ou seu endereço não aceita mais "
                       "conexões."},
    [WORDS_STILL] = {"Still: {title}", "仍未恢復：{title}", "Ainda: {title}"},
    [WORDS_NOW] = {"Now: {title}", "最新狀況：{title}", "Agora: {title}"},
    [WORDS_CATCH_UP] = {"Back after {duration}: {count} wrong now",
                        "中斷 {duration} 後恢復：目前 {count} 項異常",
                        "De volta após {duration}: {count} com problema agora"},
    [WORDS_CATCH_UP_FIRST] = {"Wrong now: {count}", "目前異常：{count} 項",
                              "Com problema agora: {count}"},
    [WORDS_MISSED] = {"Came and went meanwhile: {count}", "期間曾發生並已恢復：{count} 項",
                      "Surgiram e passaram nesse tempo: {count}"},
    [WORDS_OVER] = {"Told before and over now: {count}", "先前通知且已恢復：{count} 項",
                    "Avisados antes e já resolvidos: {count}"},
    [WORDS_SINCE] = {"Since {time}", "自 {time} 起", "Desde {time}"},
    [WORDS_ESCALATED] = {"Others were told at {time}, and nobody has acknowledged it",
                         "已於 {time} 通知其他人，至今無人確認",
                         "Outros foram avisados em {time}, e ninguém reconheceu"},
    [WORDS_LASTED] = {"It lasted {duration}.", "持續 {duration}。", "Durou {duration}."},
    [WORDS_LEFT] = {"Still lost: {name}", "仍未恢復：{name}", "Ainda sem resposta: {name}"},
    [WORDS_SEEN] = {"Seen: {reason}", "狀況：{reason}", "Visto: {reason}"},
    [WORDS_FAILED] =
        {"Evidence: {count} {count?look|looks in a row} failed at {rung}; it last answered "
         "{time}",
         "依據：連續 {count} 次於「{rung}」階段失敗；最後回應 {time}",
         "Evidência: {count} {count?consulta falhou|consultas seguidas falharam} na "
         "etapa de {rung}; última resposta {time}"},
    [WORDS_FOUND] = {"Evidence: found at {rung}; it last answered {time}",
                     "依據：於「{rung}」階段發現；最後回應 {time}",
                     "Evidência: visto na etapa de {rung}; última resposta {time}"},
    [WORDS_DO] = {"What to do: {remedy}", "處理方式：{remedy}", "O que fazer: {remedy}"},
    [WORDS_MORE] = {"and {count} more", "另有 {count} 項", "e mais {count}"},
    [WORDS_ONE_CAMERA] = {"1 camera", "1 台攝影機", "1 câmera"},
    [WORDS_CAMERAS] = {"{count} cameras", "{count} 台攝影機", "{count} câmeras"},
    [WORDS_ONE_NVR] = {"1 NVR", "1 台錄影主機", "1 gravador"},
    [WORDS_NVRS] = {"{count} NVRs", "{count} 台錄影主機", "{count} gravadores"},
    [WORDS_ONE_DEVICE] = {"1 device", "1 台裝置", "1 dispositivo"},
    [WORDS_DEVICES] = {"{count} devices", "{count} 台裝置", "{count} dispositivos"},
    [WORDS_AND] = {"{a}, {b}", "{a}、{b}", "{a}, {b}"},
    [WORDS_SECONDS] = {"{n} s", "{n} 秒", "{n} s"},
    [WORDS_MINUTES] = {"{n} min", "{n} 分鐘", "{n} min"},
    [WORDS_HOURS] = {"{n} h {m} min", "{n} 小時 {m} 分", "{n} h {m} min"},
    [WORDS_DAYS] = {"{n} d {h} h", "{n} 天 {h} 小時", "{n} d {h} h"},
    [WORDS_OPEN_PAGE] = {"Open {name}", "開啟 {name}", "Abrir {name}"},
    [WORDS_OPEN_SITE] = {"Open {site}", "開啟 {site}", "Abrir {site}"},
    [WORDS_OPEN_ALL] = {"Open the overview", "開啟總覽", "Abrir a visão geral"},
    [WORDS_FLAPPING] = {"{name} is flapping: {count} {count?incident|incidents} in {n} min",
                        "{name} 反覆異常：{n} 分鐘內 {count} 次",
                        "{name} está oscilando: {count} {count?incidente|incidentes} em {n} min"},
    [WORDS_FLAPS_ON] = {"{name} is still flapping: {count} {count?change|changes} in {n} min",
                        "{name} 仍反覆異常：{n} 分鐘內變動 {count} 次",
                        "{name} continua oscilando: {count} {count?mudança|mudanças} em {n} min"},
    [WORDS_FLAP_RULE] =
        {"What it does now is counted and not told, until it has done nothing for "
         "{n} min",
         "此後的變動只計數、不逐一通知，直到 {n} 分鐘內無變動",
         "O que fizer agora é contado e não avisado, até passar {n} min sem mudança"},
    [WORDS_STABLE] =
        {"{name} is stable again, and {health}: {count} {count?change|changes} in {n} min",
         "{name} 已穩定（{health}）：{n} 分鐘內變動 {count} 次",
         "{name} estabilizou, e está {health}: {count} {count?mudança|mudanças} em {n} min"},
    [WORDS_WHO_SITE] = {"Site {site}", "地點 {site}", "Local {site}"},
    [WORDS_WHO_GROUP] = {"{site}: a group of devices", "{site}：一組裝置",
                         "{site}: um grupo de dispositivos"},
    [WORDS_WHO_LINK] = {"{site}: what is behind {name}", "{site}：{name} 之後的裝置",
                        "{site}: o que está atrás de {name}"},
    [WORDS_LAPSED] = {"{kind} {name} of {owner} has ended: {reason}",
                      "{owner} 的 {kind} {name} 已到期：{reason}",
                      "{kind} {name} de {owner} terminou: {reason}"},
    [WORDS_IMPORT] = {"{site}: {count} new {count?device|devices}: {good} OK, {bad} not OK",
                      "{site}：新增 {count} 台裝置：正常 {good}，異常 {bad}",
                      "{site}: {count} {count?dispositivo novo|dispositivos novos}: {good} OK, "
                      "{bad} com problema"},
    [WORDS_DAILY] = {"{site}: {bad} of {count} {count?camera|cameras} not OK",
                     "{site}：{count} 台攝影機中有 {bad} 台異常",
                     "{site}: {bad} de {count} {count?câmera|câmeras} com problema"},
    [WORDS_DAILY_GOOD] = {"{site}: {count?|all }{count} {count?camera|cameras} OK",
                          "{site}：{count} 台攝影機{count?|全部}正常",
                          "{site}: {count?|todas as }{count} {count?câmera|câmeras} OK"},
    [WORDS_DAILY_NONE] = {"{site}: no camera is watched", "{site}：沒有監看中的攝影機",
                          "{site}: nenhuma câmera é monitorada"},
    [WORDS_DAILY_HEALTH] =
        {"OK {good}, degraded {degraded}, down {lost}, no picture {black}, unknown {unknown}, off "
         "{off}",
         "正常 {good}，異常 {degraded}，離線 {lost}，黑畫面 {black}，不明 {unknown}，停用 {off}",
         "OK {good}, degradadas {degraded}, fora do ar {lost}, sem imagem {black}, desconhecidas "
         "{unknown}, desligadas {off}"},
    [WORDS_DAILY_HELD] = {"Held back by a rule: {count}", "依規則暫不通知：{count} 項",
                          "Retidos por uma regra: {count}"},
    [WORDS_DAILY_NEW] = {"New for more than a day and never OK: {count}",
                         "新增超過一天仍未正常：{count} 台",
                         "Novos há mais de um dia e nunca OK: {count}"},
    [WORDS_WEEKLY] = {"{site}: the week {from} to {to}: {percent} % available",
                      "{site}：{from} 至 {to} 一週可用率 {percent} %",
                      "{site}: a semana de {from} a {to}: {percent} % disponível"},
    [WORDS_MONTHLY] = {"{site}: the month {from} to {to}: {percent} % available",
                       "{site}：{from} 至 {to} 整月可用率 {percent} %",
                       "{site}: o mês de {from} a {to}: {percent} % disponível"},
    [WORDS_RANKING] = {"Incidents: {count}; hours down, all cameras together: {hours}",
                       "事件 {count} 次；所有攝影機離線共 {hours} 小時",
                       "Incidentes: {count}; horas fora do ar, todas as câmeras: {hours}"},
    [WORDS_RANK] = {"{count} {count?incident|incidents}, down for {duration}",
                    "事件 {count} 次，離線 {duration}",
                    "{count} {count?incidente|incidentes}, fora do ar por {duration}"},
    [WORDS_INVENTORY] =
        {"{site}: inventory: {cameras} {cameras?camera|cameras}, {nvrs} {nvrs?recorder|recorders}; "
         "changed: {count}",
         "{site}：設備清單：攝影機 {cameras} 台、錄影主機 {nvrs} 台；變動 {count} 項",
         "{site}: inventário: {cameras} {cameras?câmera|câmeras}, {nvrs} "
         "{nvrs?gravador|gravadores}; mudanças: {count}"},
    [WORDS_MODEL] = {"{model}, firmware {firmware}: {count}",
                     "{model}，韌體 {firmware}：{count} 台",
                     "{model}, firmware {firmware}: {count}"},
    [WORDS_NO_MODEL] = {"Model not known: {count}", "型號不明：{count} 台",
                        "Modelo desconhecido: {count}"},
    [WORDS_MOVED] = {"New: {count}; gone: {gone}; became something else: {other}",
                     "新增 {count} 台；移除 {gone} 台；變更 {other} 項",
                     "Novos: {count}; removidos: {gone}; outras mudanças: {other}"},
    [WORDS_NEW] = {"new", "新增", "novo"},
    [WORDS_GONE] = {"gone: removed or retired", "已移除或退役", "removido ou aposentado"},
    [WORDS_REPLACED] = {"another device answers: {new} instead of {old}",
                        "裝置已更換：由 {old} 換成 {new}",
                        "outro dispositivo responde: {new} em vez de {old}"},
    [WORDS_FIRMWARE] = {"firmware: {new} instead of {old}", "韌體：由 {old} 換成 {new}",
                        "firmware: {new} em vez de {old}"},
    [WORDS_PROVIDER] = {"provider: {new} instead of {old}", "提供者：由 {old} 換成 {new}",
                        "provedor: {new} em vez de {old}"},
    [WORDS_HEARTBEAT] =
        {"vmm watches: {looks} {looks?look|looks}, {count} {count?event|events}, {open} "
         "{open?incident|incidents} open",
         "vmm 監看中：檢查 {looks} 次，事件 {count} 項，未結 {open} 項",
         "vmm monitora: {looks} {looks?verificação|verificações}, {count} "
         "{count?evento|eventos}, {open} {open?incidente aberto|incidentes abertos}"},
    [WORDS_HEALTH_OK] = {"OK", "正常", "OK"},
    [WORDS_HEALTH_DEGRADED] = {"DEGRADED", "異常", "DEGRADADO"},
    [WORDS_HEALTH_BLACKFRAME] = {"BLACKFRAME", "黑畫面", "IMAGEM PRETA"},
    [WORDS_HEALTH_DOWN] = {"DOWN", "離線", "FORA DO AR"},
    [WORDS_HEALTH_UNKNOWN] = {"UNKNOWN", "狀態不明", "DESCONHECIDO"},
    [WORDS_HEALTH_DISABLED] = {"DISABLED", "已停用", "DESATIVADO"},
    [WORDS_RUNG_NONE] = {"no rung", "（無）", "nenhum degrau"},
    [WORDS_RUNG_RESOLVE] = {"resolve", "名稱解析", "resolução do nome"},
    [WORDS_RUNG_CONNECT] = {"connect", "連線", "conexão"},
    [WORDS_RUNG_TLS] = {"TLS", "TLS", "TLS"},
    [WORDS_RUNG_AUTHENTICATE] = {"authenticate", "登入驗證", "autenticação"},
    [WORDS_RUNG_ANSWER] = {"answer", "回應", "resposta"},
    [WORDS_RUNG_PARSE] = {"parse", "解讀", "interpretação"},
    [WORDS_RUNG_SIGNAL] = {"signal", "訊號", "sinal"},
    [WORDS_RUNG_PICTURE] = {"picture", "畫面", "imagem"},
    [WORDS_RUNG_RECORDING] = {"recording", "錄影", "gravação"},
    [WORDS_RUNG_CLOCK] = {"clock", "時鐘", "relógio"},
    [WORDS_KIND_MAINTENANCE] = {"maintenance", "維護", "manutenção"},
    [WORDS_KIND_SILENCE] = {"silence", "靜音", "silêncio"},
    [WORDS_KIND_OFF] = {"off", "停用", "desligamento"},
    [WORDS_KIND_ACK] = {"ack", "確認", "reconhecimento"},
    [WORDS_KIND_SNOOZE] = {"snooze", "延後提醒", "adiamento"},
};

static const struct {
    const char *name;
    enum words_key key;
} named[] = {{"flapping", WORDS_FLAPPING},
             {"flaps_on", WORDS_FLAPS_ON},
             {"flap_rule", WORDS_FLAP_RULE},
             {"stable", WORDS_STABLE},
             {"who_site", WORDS_WHO_SITE},
             {"who_group", WORDS_WHO_GROUP},
             {"who_link", WORDS_WHO_LINK},
             {"lapsed", WORDS_LAPSED},
             {"import", WORDS_IMPORT},
             {"daily", WORDS_DAILY},
             {"daily_good", WORDS_DAILY_GOOD},
             {"daily_none", WORDS_DAILY_NONE},
             {"daily_health", WORDS_DAILY_HEALTH},
             {"daily_held", WORDS_DAILY_HELD},
             {"daily_new", WORDS_DAILY_NEW},
             {"weekly", WORDS_WEEKLY},
             {"monthly", WORDS_MONTHLY},
             {"ranking", WORDS_RANKING},
             {"inventory", WORDS_INVENTORY},
             {"inventory_model", WORDS_MODEL},
             {"inventory_no_model", WORDS_NO_MODEL},
             {"inventory_moved", WORDS_MOVED},
             {"inventory_new", WORDS_NEW},
             {"inventory_gone", WORDS_GONE},
             {"inventory_replaced", WORDS_REPLACED},
             {"inventory_firmware", WORDS_FIRMWARE},
             {"inventory_provider", WORDS_PROVIDER},
             {"more", WORDS_MORE},
             {"heartbeat", WORDS_HEARTBEAT}};

enum words_key words_named(const char *name)
{
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        if (strcmp(named[i].name, name) == 0) {
            return named[i].key;
        }
    }
    return WORDS_KEYS;
}

uint32_t words_language(const char *tag)
{
    for (uint32_t i = 0; i < WORDS_COUNT; i++) {
        if (strcmp(tag, tags[i]) == 0) {
            return i;
        }
    }
    return WORDS_EN;
}

const char *words_tag(uint32_t language)
{
    return tags[language < WORDS_COUNT ? language : WORDS_EN];
}

const char *words_text(uint32_t language, enum words_key key)
{
    const char *text = key < WORDS_KEYS && language < WORDS_COUNT ? texts[key][language] : NULL;
    return text != NULL ? text : "";
}

const char *words_health(uint32_t language, uint32_t health)
{
    return words_text(language, health < VMM_HEALTH_COUNT
                                    ? (enum words_key)(WORDS_HEALTH_OK + health)
                                    : WORDS_HEALTH_UNKNOWN);
}

const char *words_rung(uint32_t language, uint32_t rung)
{
    return words_text(language, rung < VMM_RUNG_COUNT ? (enum words_key)(WORDS_RUNG_NONE + rung)
                                                      : WORDS_RUNG_NONE);
}

const char *words_kind(uint32_t language, enum quiet_kind kind)
{
    return words_text(language, kind < QUIET_KINDS ? (enum words_key)(WORDS_KIND_MAINTENANCE + kind)
                                                   : WORDS_KEYS);
}

static const char *value_of(const struct words_place *places, const char *name, size_t size)
{
    for (size_t i = 0; places[i].name != NULL; i++) {
        if (strlen(places[i].name) == size && strncmp(places[i].name, name, size) == 0) {
            return places[i].value;
        }
    }
    return "";
}

/* What stands between the braces: "name", or "name?one|several", words that hang on whether it is 1. */
static void fill_place(struct buf *out, const char *inside, size_t size,
                       const struct words_place *places)
{
    size_t name = strcspn(inside, "?}");
    const char *value = value_of(places, inside, name);
    if (name == size) {
        buf_text(out, value);
        return;
    }
    size_t bar = strcspn(inside, "|}");
    if (strcmp(value, "1") == 0) {
        buf_add(out, inside + name + 1, bar - name - 1);
    } else if (bar < size) {
        buf_add(out, inside + bar + 1, size - bar - 1);
    }
}

void words_fill(struct buf *out, const char *text, const struct words_place *places)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        buf_add(out, text, plain);
        text += plain;
        if (*text == '{') {
            size_t size = strcspn(text + 1, "}");
            fill_place(out, text + 1, size, places);
            text += size + 2;
        }
    }
}
