package report

import (
	"fmt"

	"ducha/ledger"
)

// LightCount is how many tasks have a light.
type LightCount struct {
	Light ledger.Light
	Word  string
	Count int
}

// Lights counts the tasks by their lights, the worst first.
func (p *paper) Lights() []LightCount {
	var list []LightCount
	for _, l := range []ledger.Light{ledger.Red, ledger.Yellow, ledger.Green, ledger.Grey, ledger.Blue} {
		n := 0
		for _, t := range p.Tasks {
			if t.Light == l {
				n++
			}
		}
		if colour, means := p.Lang.LightWords(l); n > 0 {
			list = append(list, LightCount{l, colour + p.T("·", " · ") + means, n})
		}
	}
	return list
}

// Advice says what the paper is worth and how it is checked.
func (p *paper) Advice() []string {
	return []string{
		p.T("以签名记录为准:本件只是为便于阅读而由记录生成,与记录不一致时以记录为准。记录在同一压缩包的 records.ndjson 中。",
			"Only the signed records count: this paper was made from them for reading. Where it differs from them, they are right. They are in records.ndjson of the same archive."),
		p.T("在自己的机器上脱机运行上面的命令即可核验:每条记录由谁签名、有无改动、有无遗漏,灯是否由记录算出;本件的摘要已写入台账签署的导出存证,改动本件一个字节即会被指出。",
			"Run the command above on a machine of your own, offline: it checks who signed each record, that none was changed or left out, and that the lights follow from them. The digest of this paper is in the attestation that the ledger signed: one byte changed is found."),
		p.T("根公钥编号须与指挥部公开发布的逐字比对,不可只取自本件。",
			"Compare the root key's id, character by character, with the one that the headquarters publishes: do not take it from this paper alone."),
		fmt.Sprintf(p.T("文中「第 N 号」是台账的记录号,同号记录可在 records.ndjson 中查到(\"sequence\":N);本单位最后一条记录是第 %d 号。",
			"\"Record N\" is a sequence number of the ledger; the record of that number is in records.ndjson (\"sequence\":N), or in context.ndjson for policies. The unit's last one is record %d."), p.last()),
	}
}

func (p *paper) last() uint64 {
	if len(p.Events) == 0 {
		return 0
	}
	return p.Events[len(p.Events)-1].Sequence
}
