// What a report comes to, for people: one row for each thing that is checked, which is
// passed, failed, or was not checked, and then it says why.

// rows are the checks of a trail. of picks the findings by their codes; done says
// whether the check was made at all.
const rows = [
  {
    of: /^(container|manifest|file)\./, zh: "文件完整", en: "The file is whole",
    means: ["每个文件、每个字节与清单一致", "every file and every byte is as the manifest has it"],
    done: (r) => r.read,
  },
  {
    of: /^(record|trail|task)\./, zh: "记录无缺漏、无改动", en: "No record is missing or changed",
    means: ["编号 1 至末条连续,逐条链接", "numbered 1 to the last without a gap, each linked to the one before"],
    done: (r) => r.read,
  },
  {
    of: /^(envelope|statement)\./, zh: "陈述合规范", en: "Statements are well-formed",
    means: ["每条陈述合乎其种类的格式,编号不重复", "each after the schema of its kind, with an id of its own"],
    done: (r) => r.read && r.said === r.total,
  },
  {
    of: /^(signature|signer|certificate|keys)\./, zh: "签名与公钥", en: "Signatures and keys",
    means: ["每条由发言主体以当时有效的公钥签署", "each signed by who speaks in it, with a key in force then"],
    done: (r) => r.read && r.said === r.total && r.signatures === r.total,
  },
  {
    of: /^(charter|root|ledger)\./, zh: "章程与根公钥", en: "Charter and root key",
    means: ["一切追溯到章程所载的根公钥", "all of it goes back to the root key that the charter names"],
    done: (r) => r.read && r.root !== "",
  },
  {
    of: /^attestation\./, zh: "导出存证", en: "The export is attested",
    means: ["台账公钥存证的条数、链首与文件摘要一致", "count, head and files are those that the ledger's key attested"],
    done: (r) => r.attested !== null,
  },
  {
    of: /^(checkpoint|proof)\./, zh: "在封存日志之中", en: "In the sealed log",
    means: ["每条记录都在台账签署的日志之中各就其位", "every record stands at its place in the log that the ledger signed"],
    done: (r) => r.sealed?.holds === true,
  },
  {
    of: /^policy\./, zh: "见证人共签", en: "Witnesses",
    means: ["信任策略所要求的见证人共签了检查点", "the witnesses that the policy asks for cosigned the checkpoint"],
    done: (r) => r.sealed?.policy === true,
    not: ["未给定信任策略", "no policy of witnesses was given"],
  },
  {
    of: /^receipt\./, zh: "所持回执", en: "Receipts held",
    means: ["回执所载的记录都在其中", "what the receipts are for is there"],
    done: (r) => r.given > 0,
    not: ["未给出回执", "no receipt was given"],
  },
  {
    of: /^status\./, zh: "状态(亮灯)", en: "Status (lights)",
    means: ["", ""],
    done: (r) => !r.unchecked.includes("status"),
    not: ["状态未在浏览器中重算,请用 ducha-verify", "the status was not computed again in the browser: use ducha-verify"],
  },
];

// checksOf are the rows of a report, each with its findings. state is good, bad or none.
export function checksOf(report) {
  return rows.map((row) => {
    const findings = report.findings.filter((f) => row.of.test(f.code));
    const done = row.done(report);
    const state = findings.length > 0 ? "bad" : done ? "good" : "none";
    const means = state === "none" ? (row.not ?? ["他项所列的问题使此项未能全部核验", "what is wrong elsewhere left this unchecked, or part of it"]) : row.means;
    return { zh: row.zh, en: row.en, means, state, findings };
  });
}

// verdictOf is what stands at the top: a state and a sentence, and never a pass without
// what it does not cover.
export function verdictOf(report) {
  const n = report.findings.length + report.more;
  if (report.findings.some((f) => f.code === "manifest.format" || f.code === "manifest.old")) {
    return { state: "none", zh: "此页不识别该格式版本,未能核验:请用 ducha-verify", en: "A format that this page does not know: not verified, use ducha-verify" };
  }
  if (!report.ok) return { state: "bad", zh: `核验不通过:发现 ${n} 处问题`, en: `Does not verify: ${n} found` };
  if (report.anchored) return { state: "good", zh: "核验通过,根公钥与所给一致", en: "Verifies, under the root key that was given" };
  return { state: "self", zh: "自洽,根公钥未比对", en: "Self-consistent, root not compared" };
}
