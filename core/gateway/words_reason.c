/* SPDX-License-Identifier: MIT */
/* The reasons in Traditional Chinese and Brazilian Portuguese; English is their own, in <vmm/observation.h>. */
#include "gateway/words.h"

#include <stdbool.h>

#include <vmm/observation.h>

#include "health/words.h"

struct reason_texts {
    const char *seen[WORDS_COUNT];
    const char *remedy[WORDS_COUNT];
};

static const struct reason_texts reasons[VMM_REASON_COUNT] = {
    [VMM_REASON_NONE] = {{"", "沒有異常", "nada está errado"}, {"", "無", "nada"}},
    [VMM_REASON_UNREACHABLE] =
        {{"", "裝置拒絕或中斷連線，或沒有通往它的路由",
          "o dispositivo recusa ou derruba conexões, ou não há rota até ele"},
         {"", "檢查電源、線路與位址；確認連接埠屬於該裝置",
          "verifique energia, cabo e endereço; verifique se a porta é do próprio dispositivo"}},
    [VMM_REASON_TIMEOUT] = {{"", "裝置未在時限內回應",
                             "o dispositivo não responde dentro do tempo"},
                            {"", "檢查電源、網路路徑與裝置負載",
                             "verifique energia, caminho de rede e carga do dispositivo"}},
    [VMM_REASON_BAD_REPLY] = {{"", "裝置有回應，但不符合其協定",
                               "o dispositivo responde, mas não no seu protocolo"},
                              {"",
                               "確認選用的 provider 適合該裝置；重新啟動裝置；以 explain 查看回應",
                               "verifique se o provedor serve para o dispositivo; reinicie o "
                               "dispositivo; veja a resposta em explain"}},
    [VMM_REASON_AUTH] = {{"", "裝置拒絕帳號密碼", "o dispositivo recusa a credencial"},
                         {"", "更正帳號密碼；在變更或等待時間結束前不再嘗試登入",
                          "corrija a credencial; nenhum login é tentado até ela mudar ou o tempo "
                          "de espera passar"}},
    [VMM_REASON_SLOW] = {{"", "連續兩次回應時間超過上限",
                          "uma resposta demorou mais que o limite, duas vezes seguidas"},
                         {"", "檢查裝置與網路路徑的負載",
                          "verifique a carga do dispositivo e do caminho até ele"}},
    [VMM_REASON_BUSY] = {{"", "裝置因連線或工作階段上限而拒絕",
                          "o dispositivo recusa por seu limite de conexões ou sessões"},
                         {"", "找出還有誰佔用該裝置的連線",
                          "descubra quem mais mantém conexões abertas com o dispositivo"}},
    [VMM_REASON_UNSUPPORTED] = {{"", "裝置不支援所選 provider 的協定",
                                 "o dispositivo não fala a língua do provedor"},
                                {"", "為裝置設定正確的 provider",
                                 "defina o provedor certo para o dispositivo"}},
    [VMM_REASON_WRONG_PATH] = {{"", "裝置上沒有所設定路徑的串流或頁面",
                                "o dispositivo não conhece stream nem página no caminho definido"},
                               {"", "更正攝影機選項中的路徑",
                                "corrija o caminho nas opções da câmera"}},
    [VMM_REASON_CLOCK_OFFSET] = {{"", "裝置時鐘誤差超過上限",
                                  "o relógio do dispositivo está fora do limite"},
                                 {"", "在裝置上設定時間伺服器",
                                  "defina um servidor de horário no dispositivo"}},
    [VMM_REASON_CLOCK_ZONE] = {{"", "裝置時鐘相差整數個時區",
                                "o relógio do dispositivo difere por fusos horários inteiros"},
                               {"", "在裝置上設定時區", "defina o fuso horário no dispositivo"}},
    [VMM_REASON_CLOCK_DST] = {{"", "裝置時鐘相差一個日光節約時間",
                               "o relógio do dispositivo difere por um passo de horário de verão"},
                              {"", "更正裝置的日光節約時間設定",
                               "corrija o horário de verão no dispositivo"}},
    [VMM_REASON_VIDEO_LOSS] = {{"", "該頻道沒有影像訊號", "o canal não tem sinal de vídeo"},
                               {"", "檢查該頻道的攝影機、電源與線路",
                                "verifique a câmera do canal, sua energia e seu cabo"}},
    [VMM_REASON_DISK_FAULT] = {{"", "磁碟或記憶卡處於錯誤狀態",
                                "um disco ou cartão de memória está em estado de erro"},
                               {"", "更換磁碟或記憶卡", "troque o disco ou cartão"}},
    [VMM_REASON_DISK_READONLY] =
        {{"", "磁碟或記憶卡無法再寫入", "um disco ou cartão de memória não aceita mais gravações"},
         {"", "更換磁碟或記憶卡，或解除防寫",
          "troque o disco ou cartão, ou libere a proteção contra gravação"}},
    [VMM_REASON_DISK_MISSING] = {{"", "應有的磁碟或記憶卡不存在",
                                  "um disco ou cartão esperado não está presente"},
                                 {"", "插入磁碟或記憶卡，或更正預期設定",
                                  "insira o disco ou cartão, ou corrija o que se espera"}},
    [VMM_REASON_EXPECTATION] =
        {{"", "回應與操作人員的預期不符", "uma resposta não é o que o operador espera"},
         {"", "以 explain 查看回應；更正裝置或預期",
          "veja a resposta em explain; corrija o dispositivo ou a expectativa"}},
    [VMM_REASON_TLS] = {{"", "無法依要求建立加密連線",
                         "o canal cifrado não pôde ser estabelecido como pedido"},
                        {"", "檢查憑證、TLS 模式與版本；舊裝置需使用 legacy 模式",
                         "verifique certificado, modo e versões de TLS; dispositivos antigos "
                         "precisam do modo legacy"}},
    [VMM_REASON_NO_VIDEO] = {{"", "串流描述中沒有影像", "a descrição do stream não tem vídeo"},
                             {"", "檢查裝置的編碼設定",
                              "verifique as configurações do codificador do dispositivo"}},
    [VMM_REASON_STALE] = {{"", "上次的判定太久未獲確認",
                           "o último veredito ficou tempo demais sem confirmação"},
                          {"", "查明檢查延遲的原因：explain 會指出",
                           "veja por que as verificações atrasam: explain diz a causa"}},
    [VMM_REASON_NEVER_LOOKED] =
        {{"", "尚無檢查得出判定", "nenhuma verificação levou a um veredito ainda"},
         {"", "等待第一次判定；explain 會顯示目前的檢查",
          "aguarde o primeiro veredito; explain mostra as verificações até agora"}},
    [VMM_REASON_PROVIDER_OFF] = {{"", "該裝置 provider 的旗標已關閉",
                                  "a flag do provedor do dispositivo está desligada"},
                                 {"", "開啟旗標，或改用其他 provider",
                                  "ligue a flag, ou defina outro provedor"}},
    [VMM_REASON_PROVIDER_FAILED] = {{"", "該裝置的 provider 無法執行",
                                     "o provedor do dispositivo não consegue rodar"},
                                    {"", "以 vmmctl plugins 查看原因",
                                     "veja a causa em vmmctl plugins"}},
    [VMM_REASON_PLUGIN_CRASH] =
        {{"", "provider 僅因該裝置就當機兩次；暫時略過",
          "o provedor travou duas vezes só por este dispositivo; ele fica de fora por um tempo"},
         {"", "將當機回報給外掛作者", "relate a falha ao autor do plugin"}},
    [VMM_REASON_INTERNAL] = {{"", "我方程式發生錯誤", "o nosso lado está com defeito"},
                             {"", "查看記錄檔", "veja o log"}},
    [VMM_REASON_RESOLVER] = {{"", "無法解析裝置的名稱",
                              "o nome do dispositivo não pôde ser resolvido"},
                             {"", "檢查本機的名稱解析與該名稱",
                              "verifique o resolvedor desta máquina e o nome"}},
    [VMM_REASON_DISABLED] = {{"", "刻意停用", "desligado de propósito"}, {"", "無", "nada"}},
    [VMM_REASON_ERROR_STATUS] = {{"", "裝置回應錯誤狀態",
                                  "o dispositivo responde com um status de erro"},
                                 {"", "重新啟動裝置；以 explain 查看狀態",
                                  "reinicie o dispositivo; veja o status em explain"}},
    [VMM_REASON_CREDENTIAL_MISSING] = {{"", "裝置要求登入，但未設定帳號密碼",
                                        "o dispositivo pede login e não há credencial definida"},
                                       {"", "為裝置設定帳號密碼",
                                        "defina uma credencial para o dispositivo"}},
    [VMM_REASON_MONITOR_OFF] = {{"", "主旗標已關閉，不進行任何檢查",
                                 "a flag mestra está desligada, nada é verificado"},
                                {"", "開啟 FEATURE_VMS_HEALTH_MONITOR",
                                 "ligue FEATURE_VMS_HEALTH_MONITOR"}},
    [VMM_REASON_AUTH_WAIT] =
        {{"", "先前的登入遺失或被拒；時間未到前不再嘗試",
          "um login foi perdido ou recusado antes; nenhum é tentado até a hora chegar"},
         {"", "更正帳號密碼，或等到 explain 指出的時間",
          "corrija a credencial, ou aguarde a hora que explain indica"}},
    [VMM_REASON_LOCKED] =
        {{"", "裝置已鎖定該帳號或我方位址", "o dispositivo bloqueou a conta ou o nosso endereço"},
         {"", "找出誰以錯誤密碼登入；解除鎖定前不再嘗試登入",
          "descubra quem entra com senha errada; nenhum login é tentado até o bloqueio acabar"}},
    [VMM_REASON_RECORDER_LINK] =
        {{"", "攝影機在自身位址有回應，但錄影主機收不到它的畫面",
          "a câmera responde no próprio endereço, mas o gravador não recebe sua imagem"},
         {"", "檢查錄影主機的頻道設定，以及錄影主機與攝影機之間的路徑",
          "verifique as configurações do canal no gravador e o caminho entre gravador e câmera"}},
    [VMM_REASON_DIRECT_UNREACHABLE] =
        {{"", "錄影主機收得到畫面，但攝影機在自身位址無回應",
          "o gravador recebe a imagem da câmera, mas ela não responde no próprio endereço"},
         {"", "檢查通往攝影機自身位址的路徑；可能只是對本機封閉",
          "verifique o caminho até o endereço da câmera; pode estar fechado só para esta máquina"}},
    [VMM_REASON_MISSING_RECORDING] =
        {{"", "應有的錄影不存在", "faltam gravações que deveriam existir"},
         {"", "檢查錄影主機的排程、磁碟與授權；以 explain 查看最新錄影",
          "verifique agenda, discos e licença do gravador; veja a gravação mais nova em explain"}},
    [VMM_REASON_RECORDING_DISABLED] =
        {{"", "需要錄影之處卻關閉錄影", "a gravação está desligada onde é exigida"},
         {"", "在裝置上開啟錄影，或更正對攝影機的預期",
          "ligue a gravação no dispositivo, ou corrija o que se espera da câmera"}},
    [VMM_REASON_RETENTION_SHORT] =
        {{"", "最舊的錄影已連續兩天短於要求的保存期",
          "a gravação mais antiga é mais nova do que o exigido há dois dias"},
         {"", "檢查磁碟容量與狀態，以及各頻道的錄影量",
          "verifique tamanho e estado dos discos, e quanto cada canal grava"}},
    [VMM_REASON_RECORDING_GAP] =
        {{"", "過去一天應有的錄影有缺漏", "faltam trechos da gravação do último dia"},
         {"", "以 explain 查看缺漏長度；檢查當天的重新開機與訊號中斷，以及錄影主機的磁碟",
          "veja em explain quanto falta; procure reinícios e perdas de sinal desse dia, e "
          "verifique "
          "os discos do gravador"}},
    [VMM_REASON_CLOCK_DST_RULE] =
        {{"", "裝置依其所在國家沒有的規則調整時鐘",
          "o dispositivo muda o relógio por uma regra que seu país não tem"},
         {"", "更新韌體，或在裝置上關閉日光節約時間",
          "atualize o firmware, ou desligue o horário de verão no dispositivo"}},
    [VMM_REASON_DISK_FULL] = {{"", "磁碟已滿且不覆寫", "um disco está cheio e nada é sobrescrito"},
                              {"", "讓裝置覆寫最舊的錄影，或清出空間",
                               "deixe o dispositivo sobrescrever o mais antigo, ou abra espaço"}},
    [VMM_REASON_RECORDER_DOWN] = {{"", "唯一能看到該攝影機的錄影主機離線",
                                   "o único gravador que mostra a câmera está fora do ar"},
                                  {"", "恢復錄影主機", "traga o gravador de volta"}},
    [VMM_REASON_NODE] = {{"", "監看該地點的主機網路中斷",
                          "a máquina que monitora o local está isolada"},
                         {"", "檢查執行 vmmd 的主機網路",
                          "verifique a rede da máquina onde o vmmd roda"}},
    [VMM_REASON_OTHER_PROVIDER] =
        {{"", "裝置使用另一個 provider 的協定，且無法移交給該 provider",
          "o dispositivo fala a língua de outro provedor, e não pode ser passado a ele"},
         {"", "以 explain 查看缺少的旗標、套件或連接埠；或為裝置設定該 provider",
          "veja em explain o que falta, uma flag, um pacote ou uma porta; ou defina esse "
          "provedor"}},
    [VMM_REASON_HARDWARE_FAULT] =
        {{"", "裝置的風扇或電源故障，或裝置過熱",
          "uma ventoinha ou fonte do dispositivo falhou, ou ele está quente demais"},
         {"", "以 explain 查看是哪個零件；檢查風扇、電源、灰塵與周圍通風",
          "veja em explain qual é a peça; verifique ventoinha, fonte, poeira e o ar em volta do "
          "dispositivo"}},
    [VMM_REASON_CHANNEL_OFF] =
        {{"", "錄影主機的此通道已停用、未接攝影機，或根本沒有此通道",
          "no gravador o canal está desligado ou vazio, ou nem existe"},
         {"", "檢查攝影機的通道編號；在錄影主機設定此通道，或將攝影機移出清單",
          "verifique o número do canal da câmera; configure o canal no gravador, ou tire a câmera "
          "da frota"}},
    [VMM_REASON_NEW_FIRMWARE] =
        {{"", "更換韌體後無法讀取影像輸入、串流與磁碟，因此不予判定",
          "desde que outro firmware roda, entradas, fluxos e discos não podem ser lidos: nada "
          "deles é julgado"},
         {"", "人工檢查裝置；以 explain 查看哪些項目沒有回應，並通知該 provider 的作者",
          "verifique o dispositivo manualmente; veja em explain o que não é respondido e avise o "
          "autor do provedor"}},
};

static const char *text_of(const char *const texts[WORDS_COUNT], uint32_t language)
{
    return language < WORDS_COUNT && texts[language] != NULL ? texts[language] : "";
}

const char *words_reason_seen(uint32_t language, uint32_t reason)
{
    bool translated = language != WORDS_EN && reason < VMM_REASON_COUNT;
    return translated ? text_of(reasons[reason].seen, language) : reason_seen(reason);
}

const char *words_reason_remedy(uint32_t language, uint32_t reason)
{
    bool translated = language != WORDS_EN && reason < VMM_REASON_COUNT;
    return translated ? text_of(reasons[reason].remedy, language) : reason_remedy(reason);
}
