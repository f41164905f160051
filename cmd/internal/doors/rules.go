package doors

import "ducha/commands"

// Words says in Chinese and English what is asked for beside admission, for which
// package commands has the words, and where that comes from: of files and requests,
// of the sealed log, of receipts.
var Words = map[string][3]string{
	"date.about":           {"所评判之日须已到来", "a day that had come by then", "design 9"},
	"diff.of":              {"对比须且只须指明单位或任务", "a unit or a task", "design 9"},
	"diff.order":           {"对比的止日不得早于起日", "two days in their order", "design 9"},
	"policy.file":          {"口径文件须为 YAML 或 JSON", "a policy as YAML or JSON", "design 10"},
	"evidence.store":       {"此台账须有材料库", "a ledger with a store for files", "design 3"},
	"evidence.named":       {"须先有写明其摘要的记录,再交材料", "the statement first, then the file", "design 3"},
	"evidence.digest":      {"材料须与记录所写摘要一致", "the bytes that the digest names", "design 3"},
	"evidence.size":        {"单个材料不得超过上限", "a file within the bound", "design 3"},
	"evidence.media":       {"须为图片、文档、表格或纯文本", "a picture, a document, a table or plain text", "design 3"},
	"evidence.missing":     {"须为已交存的材料", "a file that was handed in", "design 3"},
	"evidence.sealed":      {"该材料已密封", "a file that is not sealed", "design 3"},
	"evidence.full":        {"材料库已满", "room in the store", "design 6"},
	"table.known":          {"须为已有的清单", "a list that there is", "design 11"},
	"table.of":             {"台账须且只须指明单位或任务", "a unit or a task", "design 11"},
	"import.file":          {"须为 XLSX 或 CSV 文件", "an XLSX workbook or a CSV file", "design 11"},
	"import.form":          {"须为本程序写出的填报表", "a form as ducha template writes it", "design 11"},
	"score.scheme":         {"须为写明名称、依据与各项的考核细则", "a scheme with a name, a basis and items", "plan 四(三)"},
	"score.count":          {"细则所计须为督查报告的计数", "a count that a review has", "plan 四(三)"},
	"import.signed":        {"已有另一份签名文件", "that file moved away", "design 5"},
	"batch.empty":          {"至少一条记录", "an envelope a line", "design 5"},
	"batch.size":           {"整批不得超过上限", "fewer statements at once", "design 5"},
	"batch.overtaken":      {"整批提交被他人抢先,未写入任何记录", "the same statements again", "design 5"},
	"classified.confirmed": {"须确认所提交内容不涉密", "a word that nothing in it is classified", "design 11"},
	"receipt.form":         {"须为台账签发的回执", "a receipt as the ledger answered it", "design 4"},
	"receipt.type":         {"须为回执,而非他种签名文件", "a receipt, and no other signed file", "design 4"},
	"receipt.seal":         {"回执须由台账密钥签署", "a receipt that the ledger's key signed", "design 4"},
	"receipt.fields":       {"回执所列须与所签一致", "fields that say what was signed", "design 4"},
	"receipt.statement":    {"所附陈述须为回执所指的陈述", "the statement that the receipt names", "design 4"},
	"receipt.recorded":     {"记录时间须合格式", "a recorded time in its form", "design 4"},
	"receipt.kind":         {"须为本版本已知的记录种类", "a kind that this version knows", "design 3"},
	"receipt.unsealed":     {"回执已签名,尚无封存证明", "a receipt with the proof that its record is sealed", "design 4"},
	"receipt.ahead":        {"记录时间不得晚于现在", "a recorded time that has come", "design 4"},
	"receipt.key":          {"回执须出自此台账密钥", "a receipt of this ledger's key", "design 4"},
	"receipt.contradicted": {"两份回执即为舞弊证据:台账就同一陈述签署了两份不同的记录", "these two receipts are proof of fraud: the ledger signed two different records of one statement", "design 4"},
	"inclusion.form":       {"包含证明须合 c2sp.org/tlog-proof 格式", "a proof as c2sp.org/tlog-proof has it", "design 7"},
	"inclusion.proof":      {"包含证明须由该记录通向检查点", "a proof that leads from the record to the checkpoint", "design 7"},
	"checkpoint.form":      {"检查点须合 c2sp.org/tlog-checkpoint 格式", "a checkpoint as c2sp.org/tlog-checkpoint has it", "design 7"},
	"checkpoint.seal":      {"检查点须由台账密钥签署", "a checkpoint that the ledger's key signed", "design 7"},
	"checkpoint.origin":    {"检查点须属于此台账的日志", "a checkpoint of this ledger's log", "design 7"},
	"policy.log":           {"信任策略须列有此日志", "a log that the policy names", "design 7"},
	"policy.quorum":        {"见证人共签须达到信任策略的要求", "as many witnesses as the policy asks for", "design 7"},
	"log.replaced":         {"此回执即为舞弊证据:台账已签名确认记录该陈述,而其日志中并无此陈述", "this receipt is proof of fraud: the ledger signed that it recorded this statement, and its log does not contain it", "design 4"},
	"log.short":            {"此回执即为舞弊证据:台账已签名确认记录该陈述,而其日志中并无此陈述", "this receipt is proof of fraud: the ledger signed that it recorded this statement, and its log does not contain it", "design 4"},
	"log.forked":           {"此回执与所供检查点即为舞弊证据:台账为同一日志签署了两份历史", "this receipt and the checkpoint that is served are proof of fraud: the ledger signed two histories of one log", "design 7"},
	"log.rollback":         {"此回执与所供检查点即为舞弊证据:台账曾签署更长的日志,现在所供者更短", "this receipt and the checkpoint that is served are proof of fraud: the ledger signed a longer log than it shows now", "design 7"},
	"log.path":             {"须为日志中已公布的文件", "a published file of the log", "design 7"},
	"log.read":             {"日志文件暂不能读取", "a log that can be read", "design 7"},
	"log.broken":           {"日志文件须完整", "a file of the log as it was sealed", "design 7"},
	"archive.checkpoint":   {"须有已公布的检查点", "a published checkpoint", "design 7"},
	"archive.sealed":       {"该记录尚未封存", "a record that is sealed", "design 7"},
	"archive.tile":         {"日志的哈希须通向检查点", "hashes that lead to the checkpoint", "design 7"},
	"archive.bundle":       {"日志中的记录须为所封存者", "the entries that were sealed", "design 7"},
	"archive.missing":      {"日志文件不得缺失", "all files that the checkpoint covers", "design 7"},
	"archive.record":       {"记录流须与所封存者一致", "a stream that holds what was sealed", "design 6"},
	"archive.short":        {"记录流不得短于所封存者", "a stream that is as long as what was sealed", "design 6"},
	"archive.promise":      {"已签署的检查点必须兑现", "a signed checkpoint is kept", "ADR 7"},
	"archive.written":      {"已封存的文件不得改动", "sealed files as they were sealed", "design 7"},
	"archive.root":         {"日志文件须有所签的根", "files that have the signed root", "design 7"},
	"archive.fork":         {"日志只增不改,不得有两份历史", "one log that only grows", "design 7"},
	"archive.entry":        {"日志每一条须为一条规范记录", "an entry that is a record in its canonical form", "design 7"},
	"archive.disk":         {"须能写入封存目录", "a disk that takes the files of the log", "design 7"},
	"archive.lock":         {"一份日志只由一个进程封存", "one process that seals", "design 7"},
	"archive.cosign":       {"检查点尚缺见证人共签", "as many cosignatures as the witness policy asks for", "design 7"},
	"archive.wait":         {"记录已受理,尚未封存", "a record that is sealed", "design 7"},
	"archive.closed":       {"封存已停止", "a ledger that runs", "design 7"},
	"archive.campaign":     {"记录须属于此台账的攻坚战", "records of this ledger's campaign", "design 7"},
	"archive.sequence":     {"记录须按序封存,不得缺号", "records in their order, none left out", "design 7"},
	"archive.partial":      {"未满的哈希块须为满块的开头", "a partial tile that begins the full one", "design 7"},
	"archive.stray":        {"日志目录中不得有其他文件", "no other files in the log's folder", "design 7"},
	"archive.path":         {"须为 c2sp.org/tlog-tiles 的路径", "a path as c2sp.org/tlog-tiles has it", "design 7"},
	"archive.rollback":     {"日志不得短于其副本", "a log that is no shorter than its copy", "design 7"},
	"archive.copy":         {"副本须放在空目录或原有副本目录", "an empty folder or an earlier copy", "design 7"},
	"rollback.receipt":     {"目录不得旧于已签发的回执", "a folder as new as the receipts that were given", "design 6"},
	"rollback.copy":        {"目录不得旧于日志副本", "a folder as new as the copies of the log", "design 6"},
	"rollback.witness":     {"目录不得旧于见证人所见", "a folder as new as what witnesses saw", "design 6"},
	"policy.form":          {"信任策略须合 c2sp.org/tlog-policy 格式", "a policy as c2sp.org/tlog-policy has it", "design 7"},
	"witness.folder":       {"须为见证人目录", "a folder of a witness, made in an empty one", "design 7"},
	"witness.lock":         {"一个见证人只由一个进程运行", "one process that cosigns", "design 7"},
	"witness.state":        {"见证人不得忘记签过什么", "a witness's folder as it was left", "design 7"},
	"witness.log":          {"一份日志只认一把公钥", "one key a log", "design 7"},
	"witness.key":          {"须为签名笔记公钥,且书写无误", "a verifier key as c2sp.org/signed-note has it", "design 7"},
	"witness.name":         {"见证人名称形如 sjj.ja.example/ducha", "a name like sjj.ja.example/ducha", "design 7"},
	"witness.url":          {"须写明见证人的地址", "a witness that has a URL", "design 7"},
	"witness.seal":         {"见证人共签须有效", "good signatures of the witnesses", "design 7"},
	"witness.request":      {"请求须合 c2sp.org/tlog-witness 格式", "a request as c2sp.org/tlog-witness has it", "design 7"},
	"read.login":           {"须登录后阅读", "a login", "design 11"},
	"read.role":            {"所求不在其阅读范围内", "what its role may read", "design 11"},
	"session.form":         {"须为登录质询的签名应答", "a signed answer to a challenge", "design 11"},
	"session.host":         {"应答须写明此台账与此服务地址", "an answer for this ledger at this address", "design 11"},
	"session.key":          {"须以在册且未撤销的密钥登录", "a key that the office enrolled", "design 11"},
	"session.seal":         {"登录应答须由该密钥签署", "a good signature of that key", "design 11"},
	"session.challenge":    {"质询须有效,且只应答一次", "a new challenge", "design 11"},
	"session.over":         {"登录已过期或已退出", "a new login", "design 11"},
	"session.many":         {"同时登录人数已满", "a login later", "design 11"},
	"key.standing":         {"查询公钥登记状态过于频繁,请稍候", "fewer questions at once", "design 11"},
	"welcome.code":         {"申请登记须写明单位、持有人与公钥", "a request as the page /welcome makes it", "design 11"},
	"http.origin":          {"不受理他站页面发来的请求", "a request of this server's own pages", "design 11"},
	"listen.tls":           {"对外监听须有 TLS 证书", "a certificate and its key", "design 11"},
	"token.shown":          {"须出示访问令牌", "a bearer token", "design 11"},
	"token.known":          {"令牌须有效、在期、未撤销", "a token that is known, in force and not revoked", "design 11"},
	"token.role":           {"令牌的角色须可阅全部记录", "a role that may see all", "design 11"},
	"token.name":           {"须写明令牌由谁持有", "the holder's name", "design 11"},
	"token.days":           {"令牌须有将来的期限", "a term that is ahead", "design 11"},
	"paper.code":           {"查验码须与台账记录相符", "a code that fits a record", "design 9"},
	"paper.base":           {"查验地址须为 http(s) 地址", "an address where codes are looked up", "design 11"},
	"meeting.tier":         {"会议分月度例会与调度会两级", "monthly or as needed", "plan 四(二)"},
	"pack.form":            {"须为本版本可读的会议材料", "a pack of a format that this version reads", "design 3"},
	"review.form":          {"须为本版本可读的督查报告", "a review of a format that this version reads", "design 3"},
	"token.file":           {"令牌文件须完好且只许属主读写", "a file of tokens that can be trusted", "design 11"},
}

// RuleOf is the words of a rule.
func RuleOf(rule string) (commands.Rule, bool) {
	if r, ok := commands.Rules[rule]; ok {
		return r, true
	}
	w, ok := Words[rule]
	if !ok {
		w, ok = storeWords[rule]
	}
	return commands.Rule{ZH: w[0], EN: w[1], Cite: w[2]}, ok
}

// Chinese is what an error found or would accept in Chinese, where there are words for
// it: those of admission all have them.
func Chinese(text string) string {
	zh, _ := commands.Chinese(text)
	return zh
}
