package ledger

// Registry (登记): who takes part, with which keys and in which roles, and the
// rules and readings that are in force.

// CharterAdopted (章程) opens a campaign. It is signed by the root key that it
// names and is always sequence 1.
type CharterAdopted struct {
	Campaign  LocalID `json:"campaign" jsonschema:"title=攻坚战编号"`
	Title     Line    `json:"title" jsonschema:"title=名称"`
	TitleEN   Line    `json:"title_en,omitempty" jsonschema:"title=英文名称"`
	Basis     Line    `json:"basis,omitempty" jsonschema:"title=依据文号"`
	Clock     Clock   `json:"clock" jsonschema:"title=计时方式,enum=recorded,enum=declared"`
	From      Date    `json:"from" jsonschema:"title=攻坚期起"`
	To        Date    `json:"to" jsonschema:"title=攻坚期止"`
	RootKey   Text    `json:"root_key" jsonschema:"title=根公钥(PEM)"`
	LedgerKey Text    `json:"ledger_key" jsonschema:"title=台账公钥(PEM)"`
}

func (c CharterAdopted) Check() error { return ordered("charter.term", c.From, c.To) }

// Clock says by which time deadlines are judged.
type Clock string

const (
	ClockRecorded Clock = "recorded" // the ledger's time of recording: the normal case
	ClockDeclared Clock = "declared" // the signer's claim: demos and imported paper history (补录)
)

// UnitRegistered (单位登记) makes a party known: a unit, an officer, an outside
// authority, an inspection team or an auditor.
type UnitRegistered struct {
	Party   PartyID `json:"party" jsonschema:"title=主体"`
	Name    Line    `json:"name" jsonschema:"title=名称"`
	NameEN  Line    `json:"name_en,omitempty" jsonschema:"title=英文名称"`
	Member  bool    `json:"member,omitempty" jsonschema:"title=指挥部成员单位"`
	Aliases []Line  `json:"aliases,omitempty" jsonschema:"title=别名"`
	Cite    Line    `json:"cite,omitempty" jsonschema:"title=方案条目"`
}

// UnitRenamed (更名) gives a party a new name from a day on; history keeps the old one.
type UnitRenamed struct {
	Party  PartyID `json:"party" jsonschema:"title=主体"`
	Name   Line    `json:"name" jsonschema:"title=新名称"`
	From   Date    `json:"from" jsonschema:"title=起始日期"`
	Reason Text    `json:"reason" jsonschema:"title=事由"`
}

// UnitSucceeded (承继) hands the duties of a unit to another one.
type UnitSucceeded struct {
	By     UnitID `json:"by" jsonschema:"title=承继单位"`
	From   Date   `json:"from" jsonschema:"title=起始日期"`
	Reason Text   `json:"reason" jsonschema:"title=事由"`
}

// KeyEnrolled (公钥登记) lets a party sign with a key from now on.
type KeyEnrolled struct {
	Party     PartyID `json:"party" jsonschema:"title=主体"`
	PublicKey Text    `json:"public_key" jsonschema:"title=公钥(PEM)"`
	Holder    Line    `json:"holder" jsonschema:"title=持有人"`
	Post      Line    `json:"post,omitempty" jsonschema:"title=职务"`
	// Certificate is of this key, with those of its issuers where they are known.
	Certificate Certificates `json:"certificate,omitempty" jsonschema:"title=证书链(PEM;本证书在前)"`
}

// KeyRevoked (公钥吊销) ends a key: what it signed before stands, what it signs
// afterwards is refused.
type KeyRevoked struct {
	Key    Digest `json:"key" jsonschema:"title=公钥编号"`
	Reason Text   `json:"reason" jsonschema:"title=事由"`
}

// Role is what a party may do in a campaign; who leads a task follows from
// task.assigned and is no role.
type Role string

const (
	RoleOffice    Role = "office"           // 指挥部办公室
	RoleCommander Role = "commander"        // 指挥长
	RoleExecutive Role = "executive-deputy" // 常务副指挥长
	RoleDeputy    Role = "deputy"           // 副指挥长
	RoleInspector Role = "inspector"        // 督查组
	RoleAuthority Role = "authority"        // 有权机关
	RoleAuditor   Role = "auditor"          // 审计
)

// ReadsAll reports whether whoever holds the role may read every record (design
// section 11, ADR 15): the headquarters, inspectors and auditors may.
func (r Role) ReadsAll() bool {
	switch r {
	case RoleOffice, RoleCommander, RoleExecutive, RoleDeputy, RoleInspector, RoleAuditor:
		return true
	}
	return false
}

// RoleGranted (授予角色).
type RoleGranted struct {
	Party PartyID `json:"party" jsonschema:"title=主体"`
	Role  Role    `json:"role" jsonschema:"title=角色,enum=office,enum=commander,enum=executive-deputy,enum=deputy,enum=inspector,enum=authority,enum=auditor"`
	Basis Line    `json:"basis,omitempty" jsonschema:"title=依据"`
}

// RoleEnded (终止角色).
type RoleEnded struct {
	Party  PartyID `json:"party" jsonschema:"title=主体"`
	Role   Role    `json:"role" jsonschema:"title=角色,enum=office,enum=commander,enum=executive-deputy,enum=deputy,enum=inspector,enum=authority,enum=auditor"`
	Reason Text    `json:"reason" jsonschema:"title=事由"`
}

// DelegationRecorded (委托) lets the executive deputy act for the commander for
// a time. Plan 四(二): only the commander, or the executive deputy when asked to.
type DelegationRecorded struct {
	To    PartyID `json:"to" jsonschema:"title=受托人"`
	From  Date    `json:"from" jsonschema:"title=起"`
	Until Date    `json:"until" jsonschema:"title=止"`
	Basis Text    `json:"basis" jsonschema:"title=委托事由"`
}

func (d DelegationRecorded) Check() error { return ordered("delegation.term", d.From, d.Until) }

// PolicyAdopted (口径) holds the thresholds that lights and clocks are judged by.
// Lights are tried in their order, the first whose expression holds is shown.
type PolicyAdopted struct {
	Name     Line        `json:"name" jsonschema:"title=名称"`
	InForce  Date        `json:"in_force" jsonschema:"title=施行日期"`
	Lights   []LightRule `json:"lights" jsonschema:"title=亮灯规则,minItems=1"`
	Slow     Line        `json:"slow" jsonschema:"title=较慢的判据(CEL)"`
	Clocks   Clocks      `json:"clocks" jsonschema:"title=时限"`
	Calendar []WorkYear  `json:"calendar" jsonschema:"title=工作日历,minItems=1"`
	Basis    Line        `json:"basis" jsonschema:"title=批准依据"`
}

// LightRule shows a light when its CEL expression over a task's figures holds.
type LightRule struct {
	Light Light `json:"light" jsonschema:"title=灯色,enum=blue,enum=grey,enum=red,enum=yellow,enum=green"`
	When  Line  `json:"when" jsonschema:"title=条件(CEL)"`
}

// Light (亮灯) is the colour of a task's status; it is computed, never set.
type Light string

const (
	Green  Light = "green"  // 绿: on schedule
	Yellow Light = "yellow" // 黄: slow (较慢)
	Red    Light = "red"    // 红: severely behind (严重滞后)
	Blue   Light = "blue"   // 蓝: closed (销号)
	Grey   Light = "grey"   // 灰: no milestone set (未设节点)
)

// Clocks (时限) are terms in working days unless their name says otherwise.
type Clocks struct {
	Acknowledge int `json:"acknowledge" jsonschema:"title=签收(工作日),minimum=1,maximum=60"`
	Answer      int `json:"answer" jsonschema:"title=首次反馈(工作日),minimum=1,maximum=60"`
	ReportLast  int `json:"report_last" jsonschema:"title=月报截止(当月倒数第几个工作日),minimum=1,maximum=20"`
	Comment     int `json:"comment" jsonschema:"title=通报前陈述(工作日),minimum=1,maximum=60"`
	ReviewAsk   int `json:"review_ask_days" jsonschema:"title=申请复核(日),minimum=1,maximum=365"`
	ReviewGive  int `json:"review_give_days" jsonschema:"title=作出复核(日),minimum=1,maximum=365"`
	CardLook    int `json:"card_look_months,omitzero" jsonschema:"title=赋牌复查(月),minimum=1,maximum=60"`
	Decide      int `json:"decide,omitzero" jsonschema:"title=审核反馈(工作日),minimum=1,maximum=60"` // 3 where a policy names none
}

// WorkYear is one year of the State Council's working-day calendar.
type WorkYear struct {
	Year   int    `json:"year" jsonschema:"title=年份,minimum=2000,maximum=2100"`
	Notice Line   `json:"notice" jsonschema:"title=通知文号"`
	Off    []Date `json:"off" jsonschema:"title=放假"`
	Worked []Date `json:"worked" jsonschema:"title=调休上班"`
}

func ordered(rule string, from, to Date) error {
	if to < from {
		return Malform(rule, string(from)+" to "+string(to), "an end that is not before its beginning")
	}
	return nil
}
