package console

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ducha/ledger"
	"ducha/projections"
)

// noticeCard (通报) is a notice from its draft on, with each step and its clock.
type noticeCard struct {
	projections.NoticeAnswers
	ID                 ledger.Ref
	Sequence           uint64
	At                 time.Time
	Task               ledger.TaskID
	Unit               ledger.UnitID
	UnitName, TaskName string
	ByName             string
	Facts              []ledger.Text
	Number             string
	CommentBy          ledger.Date
	Comments           []projections.Comment
	Issued             *projections.Stamp
	IssuedBy           string
	Acknowledged       *projections.Stamp
	Revoked            *projections.Stamp
	Over               bool // the time to comment is over
	Hidden             bool
	Moves              []offer
}

func noticeOf(q *request, c *projections.Campaign, n *projections.Notice, t *projections.Task) noticeCard {
	card := noticeCard{ID: n.ID, Sequence: n.Sequence, At: n.At, Task: n.Task, Unit: n.Unit, UnitName: unitName(q, c, n.Unit), TaskName: q.nameOf(t), ByName: partyName(q, c, n.By), Facts: n.Facts,
		CommentBy: n.CommentBy, Hidden: c.Sealings.Statement(n.ID), Over: ledger.DateOf(q.At) > n.CommentBy, NoticeAnswers: c.NoticeAnswers(n, q.At)}
	by := func(s *projections.Stamp) *projections.Stamp {
		if s == nil || s.At.After(q.At) {
			return nil
		}
		return s
	}
	if card.Issued = by(n.Issued); card.Issued != nil {
		card.Number, card.Acknowledged, card.Revoked = n.Number, by(n.Acknowledged), by(n.Revoked)
		card.IssuedBy = partyName(q, c, n.Issued.By)
	}
	heard := card.Over
	for _, x := range n.Comments {
		if !x.At.After(q.At) {
			heard = true
			if !c.Sealings.Statement(x.ID) {
				card.Comments = append(card.Comments, x)
			}
		}
	}
	if card.Hidden {
		card.Facts = nil
		return card
	}
	card.Moves = noticeMoves(q, c, n, &card, heard)
	return card
}

// noticeMoves are what may be said of a notice: it is issued once the unit was heard, or
// had the time; whoever took part in it does not review it.
func noticeMoves(q *request, c *projections.Campaign, n *projections.Notice, card *noticeCard, heard bool) []offer {
	move := func(kind ledger.Kind, zh, en string, fields ...string) offer {
		return offer{q.Move(c, kind, n.Unit, n.Task, fields...), q.T(zh, en)}
	}
	if card.Issued == nil {
		var list []offer
		if len(card.Comments) == 0 {
			list = append(list, move("notice.commented.v1", "陈述意见", "Comment", "notice", n.ID.String()))
		}
		if heard {
			list = append(list, move("notice.issued.v1", "审签印发", "Approve and issue", "notice", n.ID.String(), "text", text(n.Facts)))
		}
		return offers(list...)
	}
	issued := n.Issued.ID.String()
	var list []offer
	if card.Acknowledged == nil {
		list = append(list, move("notice.acknowledged.v1", "签收通报", "Sign for it", "notice", issued))
	}
	list = append(list, decisions(q, c, move, card.Reviews, card.Tolerance, card.Repairs, n.Issued.ID, "")...)
	if card.Revoked == nil {
		list = append(list, answering(move, issued, card.Tolerance, card.Repairs)...)
		if card.ReviewBy != "" {
			list = append(list, move("review.requested.v1", "申请复核", "Ask for review", "of", issued))
		}
	}
	return offers(list...)
}

// moving offers a kind about one notice or card.
type moving func(kind ledger.Kind, zh, en string, fields ...string) offer

// answering is how a unit makes good what it is named for, or asks for tolerance: once,
// while that waits or stands.
func answering(move moving, of string, claims []projections.ClaimStatus, repairs []projections.RepairStatus) []offer {
	var list []offer
	if len(repairs) == 0 || repairs[len(repairs)-1].Returned != nil {
		list = append(list, move("rectification.filed.v1", "报送整改", "File rectification", "of", of))
	}
	if len(claims) == 0 {
		list = append(list, move("tolerance.claimed.v1", "申请容错", "Claim tolerance", "of", of))
	}
	return list
}

// decisions are those that wait on what a unit asked or filed. A review is not for those
// who took part; the rectification of a card is accepted by whom the grant names.
func decisions(q *request, c *projections.Campaign, move moving, reviews []projections.ReviewAsked, claims []projections.ClaimStatus, repairs []projections.RepairStatus, of ledger.Ref, accepts ledger.PartyID) []offer {
	var list []offer
	for _, r := range reviews {
		if r.Decided == nil && !slices.Contains(c.TookPart(of), q.Reader.Party) {
			list = append(list, move("review.decided.v1", "复核决定", "Decide the review", "request", r.Request.ID.String()))
		}
	}
	for _, x := range claims {
		if x.Judged == nil {
			list = append(list, move("tolerance.judged.v1", "容错认定", "Judge the claim", "claim", x.Claim.ID.String()))
		}
	}
	for _, x := range repairs {
		if x.Accepted == nil && x.Returned == nil && (accepts == "" || accepts == q.Reader.Party) {
			id := x.Filed.ID.String()
			list = append(list, move("rectification.accepted.v1", "整改通过", "Accept the rectification", "rectification", id), move("rectification.returned.v1", "整改退回", "Return it", "rectification", id))
		}
	}
	return list
}

func text(lines []ledger.Text) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(string(l))
	}
	return b.String()
}

// noticeNumber (发文字号) is a notice's number as offices write it: 吉改攻坚通报〔2025〕3号.
var noticeNumber = regexp.MustCompile(`^(.*)〔(\d{4})〕(\d{1,6})号$`)

// nextNumber is the number after the last that a notice has, counted anew each year;
// empty where no notice has one that offices write so.
func nextNumber(c *projections.Campaign, at time.Time) string {
	var office string
	var year, last int
	for _, n := range c.Escalations.Notices {
		if n.Issued == nil || n.Issued.At.After(at) || c.Sealings.Statement(n.Issued.ID) {
			continue
		}
		if m := noticeNumber.FindStringSubmatch(n.Number); m != nil {
			y, _ := strconv.Atoi(m[2]) // digits, as the pattern has them
			k, _ := strconv.Atoi(m[3])
			if cmp.Or(cmp.Compare(y, year), cmp.Compare(k, last)) > 0 {
				office, year, last = m[1], y, k
			}
		}
	}
	switch now := at.In(ledger.Shanghai).Year(); {
	case year == 0:
		return ""
	case year != now:
		return fmt.Sprintf("%s〔%d〕1号", office, now)
	}
	return fmt.Sprintf("%s〔%d〕%d号", office, year, last+1)
}
