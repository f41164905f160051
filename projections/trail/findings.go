package trail

import (
	"errors"
	"fmt"

	"ducha/ledger"
)

// Finding is one thing that is wrong, or in a report's notes, one thing to know.
// Codes are stable; the sentences say what a code means in plain words, Found and
// Want what was met and what would be right.
type Finding struct {
	Code     string `json:"code"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"` // of the file, from 1; 0 when it is about all of it
	Sequence uint64 `json:"sequence,omitempty"`
	Found    string `json:"found,omitempty"`
	Want     string `json:"want,omitempty"`
	ZH       string `json:"zh"`
	EN       string `json:"en"`
}

// maxFindings is how many findings are kept; the rest are counted.
const maxFindings = 1000

// Codes lists every code with what it means.
var Codes = map[string]struct{ ZH, EN string }{
	"container.size":       {"文件超过长度上限", "the file is over the limit in size"},
	"container.unreadable": {"不是可读取的导出文件", "not a zip that can be read"},
	"container.bytes":      {"压缩容器被改动:与由内容重建的容器不符", "the container was changed: it is not the one that its contents have"},
	"container.files":      {"文件清单不符:有缺少、多出或次序颠倒的文件", "not the files of this format: one is missing, one too many, or out of order"},

	"manifest.form":   {"清单不是规范格式", "the manifest is not in its form"},
	"manifest.old":    {"旧格式,不再支持:请重新导出", "an older format, which is no longer read: export again"},
	"manifest.format": {"格式版本不能识别", "a format that this verifier does not know"},
	"manifest.field":  {"清单所载与记录不符", "the manifest says other than the records do"},
	"file.digest":     {"文件与清单所载摘要不符:内容被改动", "the file is not the one whose digest is in the manifest: it was changed"},

	"record.form":     {"记录不是规范格式", "a line that is no record in its canonical form"},
	"record.sequence": {"记录次序颠倒或重复", "a record out of order, or twice"},
	"record.beyond":   {"记录与导出时台账所立序号不符", "a record on the wrong side of the sequence that the ledger stood at"},
	"record.recorded": {"记录时间倒退", "the recorded time runs backwards"},
	"record.place":    {"记录不属于此处", "the record does not belong here"},
	"trail.version":   {"台账编号不连续:记录有缺失、重复或调换", "the trail's numbers have a gap: a record is missing, twice, or moved"},
	"trail.head":      {"台账链断裂:此记录或其前的记录被改动", "the trail's chain is broken here: this record, or what stood before it, was changed"},
	"task.version":    {"任务编号不连续", "the task's numbers have a gap"},

	"envelope.form":   {"签名信封不合格式", "no envelope in its strict form"},
	"envelope.type":   {"信封载荷种类不符", "an envelope of another payload type"},
	"statement.form":  {"所签内容不合格式", "what was signed is no well-formed statement"},
	"statement.place": {"所签内容与记录所在位置不符", "the statement belongs elsewhere than its record stands"},
	"statement.id":    {"同一编号出现两次", "one id twice"},

	"signature.bad":      {"签名无效:所签内容或签名被改动", "the signature does not verify: what was signed, or the signature, was changed"},
	"signer.unknown":     {"签名公钥从未登记", "signed with a key that was never enrolled"},
	"signer.later":       {"签名时公钥尚未登记", "signed with a key that was enrolled only later"},
	"signer.revoked":     {"签名公钥此前已被吊销", "signed with a key that had been revoked before"},
	"signer.dates":       {"签署时证书不在有效期内", "signed outside the dates of the key's certificate"},
	"signer.certificate": {"签署时证书已被查明吊销", "signed after the key's certificate was found revoked"},
	"certificate.issuer": {"证书不是所给定的认证机构签发的", "the certificate was not issued by an authority that was given"},
	"certificate.bad":    {"所登记的证书不是该公钥的有效证书链", "the certificate enrolled is no chain of that key"},
	"signer.source":      {"签名公钥不属于发言主体", "signed with the key of another party than the one that speaks"},
	"signer.role":        {"发言主体当时无权作此登记", "the party could not say this at that sequence"},

	"charter.missing": {"首条记录不是章程", "the first record is no charter"},
	"charter.root":    {"章程不是由其所载根公钥签署", "the charter is not signed by the root key that it names"},
	"charter.second":  {"出现第二份章程", "a second charter"},
	"root.other":      {"根公钥不是所给定的那一把:整个文件不可信", "not the root key that was given: nothing in this file can be relied on"},
	"ledger.other":    {"台账公钥不是所给定的那一把", "not the ledger key that was given"},

	"attestation.kind":    {"不是台账的导出存证", "no export.attested.v1 of this ledger for this unit"},
	"attestation.body":    {"存证所载与文件不符", "the attestation says other than this file does"},
	"attestation.file":    {"文件与台账公钥所存证的摘要不符", "the file is not the one that the ledger's key attested"},
	"attestation.place":   {"存证在台账上的位置不符", "the attestation cannot stand where it does"},
	"attestation.earlier": {"与此前一次导出存证不符:历史被改写", "not what an earlier export attested: history was rewritten"},

	"checkpoint.bad": {"检查点不是此台账签署的", "the checkpoint is not one that this ledger's key signed"},
	"proof.form":     {"包含证明不合格式", "the proof of inclusion is not in its form"},
	"proof.size":     {"检查点小于文件中的记录", "the checkpoint is smaller than the records here"},
	"proof.root":     {"文件中的记录不都在所封存的日志里:有记录被改动、漏掉或另造", "the records here are not those in the sealed log: one was changed, left out or made up"},
	"policy.log":     {"信任策略未列此日志", "the policy does not name this log"},
	"policy.bad":     {"见证人的签名无效", "a signature in the name of a witness is not the witness's"},
	"policy.quorum":  {"见证人共签不足:此历史未得信任策略所要求的见证", "too few witnesses cosigned: nobody whom the policy trusts vouches for this history"},

	"receipt.bad":     {"所给回执不是此台账签署的,证明不了什么", "the receipt is not one that this ledger's key signed, and shows nothing"},
	"receipt.missing": {"此回执即为舞弊证据:台账已签名确认记录该陈述,而导出的台账中并无此陈述", "this receipt is proof of fraud: the ledger signed that it recorded this statement, and the trail that it exported does not contain it"},
	"receipt.differs": {"此回执即为舞弊证据:台账已签名确认的记录与导出的不同", "this receipt is proof of fraud: the ledger signed another record than the one that it exported"},
	"receipt.order":   {"此回执即为舞弊证据:所载序号与时间同导出的记录相抵触,台账的记录时间从不倒退", "this receipt is proof of fraud: its number and time contradict the records that were exported; a ledger's recorded times never run backwards"},
	"receipt.fork":    {"此回执即为舞弊证据:同一段日志有两个根,台账签署了两份历史", "this receipt is proof of fraud: two roots of one range of the log; the ledger signed two histories"},

	"bundles.record":  {"两份导出互相矛盾:同一序号是两条不同的记录,台账出示了两份历史", "two exports contradict each other: two records of one sequence; the ledger showed two histories"},
	"bundles.missing": {"两份导出互相矛盾:一份中的记录在另一份中被漏掉", "two exports contradict each other: a record of one was left out of the other"},
	"bundles.fork":    {"两份导出互相矛盾:同一段日志有两个根,台账签署了两份历史", "two exports contradict each other: two roots of one range of the log; the ledger signed two histories"},
	"bundles.charter": {"同一根公钥为同一攻坚战签署了两份章程:有两本台账", "one root key adopted two charters for one campaign: there are two ledgers"},

	"copy.record":  {"与日志副本不符:同一序号是两条不同的记录", "not what the copy of the log has: two records of one sequence"},
	"copy.missing": {"日志副本中有此记录,导出中被漏掉", "a record that is in the copy of the log was left out"},
	"copy.fork":    {"检查点与日志副本不符:台账签署了两份历史", "not the root that the copy of the log has: the ledger signed two histories"},

	"keys.differ":   {"公钥表与登记记录不符", "keys.json is not what the enrolments on record say"},
	"status.differ": {"状态与由记录重新计算的结果不符", "the status is not what follows from the records"},

	"note.root":        {"未给定根公钥:所有签名追溯到章程所载的根公钥,请将其编号与指挥部公布的编号逐字比对", "no root key was given: all signatures chain up to the root key named in the charter; compare its id with the one that the headquarters publishes"},
	"note.declared":    {"本台账按签名人所称时间评判", "judged by the signers' claimed times"},
	"note.unknown":     {"有本核验程序不识别的记录种类,已计数,未解读", "kinds that this verifier does not know: counted, not interpreted"},
	"note.receipt":     {"所给回执晚于导出或属于其他单位、其他攻坚战,本文件不能核对", "a receipt of a later record, of another unit or of another campaign: this file cannot say"},
	"note.policy":      {"未给定信任策略(--policy):除台账自身外,无人为这份历史作证", "no policy of witnesses was given (--policy): nobody but the ledger itself vouches for this history"},
	"note.authorities": {"未给定认证机构的根证书(--ca):证书的签发者未经核对", "no certificates of authorities were given (--ca): who issued the certificates here was not checked"},
	"note.papers":      {"只供阅读:其摘要与存证一致,其内容未经核验,一切以记录为准", "for reading: they are the files that were attested, what they say was not checked, and the records alone count"},
	"note.grows":       {"后一份导出的日志由前一份的日志续写而成:已证明", "the log of the later export grew out of that of the earlier one: proved"},
	"note.unproved":    {"两份导出的日志条数不同,共有部分一致,但不足以证明后者由前者续写;须由见证人共签或日志副本证明", "two logs of different sizes: all that both show agrees, and is not enough to prove that the one grew out of the other; a policy of witnesses or a copy of the log is"},
	"note.copy":        {"检查点与日志副本一致", "the checkpoint is one of the log in the copy"},
	"note.older":       {"日志副本较旧:导出的日志由其续写而成,已证明;副本之后的记录未能核对", "the copy of the log is older: the log of the export grew out of it, which is proved; what came after could not be compared"},
	"note.short":       {"日志副本较旧:导出的日志是否由其续写,未能证明", "the copy of the log is older: that the log of the export grew out of it could not be proved"},
	"note.ledgers":     {"不属于同一台账,未互相核对", "not of one ledger, and not held against each other"},
	"note.uncompared":  {"此份不能读取或证明不了什么,未与其他各份核对", "cannot be read or proves nothing, and was not held against the others"},
	"note.since":       {"编制后、存证前另有记录:在 since.ndjson 中,已核验,未计入状态", "records came after the draft and before its attestation: they are in since.ndjson, verified, and not counted in the status"},
}

// problem is a finding before it is known where.
type problem struct{ code, found, want string }

// problemOf takes apart an error whose rule is a code; any other error has the
// code given.
func problemOf(err error, code string) problem {
	if e, ok := errors.AsType[*ledger.Error](err); ok {
		if _, known := Codes[e.Rule]; known {
			code = e.Rule
		}
		if e.Found != "" {
			return problem{code, e.Found, e.Want}
		}
	}
	return problem{code: code, found: err.Error()}
}

func (p problem) in(file string, l *line) Finding {
	text, ok := Codes[p.code]
	if !ok {
		panic(fmt.Sprintf("trail: code %q is not in Codes", p.code))
	}
	f := Finding{Code: p.code, File: file, Found: p.found, Want: p.want, ZH: text.ZH, EN: text.EN}
	if l != nil {
		f.File, f.Line, f.Sequence = l.file, l.number, l.record.Sequence
	}
	return f
}
