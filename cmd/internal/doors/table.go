// Package doors holds what all doors have in common: the one table from a class
// of error to what each door answers, and how an error is put to people.
package doors

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ducha/ledger"
)

// Answer is what the doors answer to a class of error.
type Answer struct {
	Status int // HTTP
	Exit   int // of the command line; 1 is kept for findings and 2 for usage
	ZH, EN string
}

// Answers is the error table (design section 11).
var Answers = map[ledger.Class]Answer{
	ledger.Malformed:   {http.StatusBadRequest, 10, "格式不符", "malformed"},
	ledger.BadSeal:     {http.StatusBadRequest, 11, "签名或公钥无效", "bad signature or key"},
	ledger.Nobody:      {http.StatusUnauthorized, 21, "须先表明身份", "show first who you are"},
	ledger.Forbidden:   {http.StatusForbidden, 12, "无权提交", "not allowed"},
	ledger.Refused:     {http.StatusUnprocessableEntity, 13, "按规则不予受理", "refused"},
	ledger.NotFound:    {http.StatusNotFound, 14, "查无此项", "not found"},
	ledger.Conflict:    {http.StatusConflict, 15, "与他处写入冲突", "conflict"},
	ledger.TooLarge:    {http.StatusRequestEntityTooLarge, 16, "超过长度上限", "too large"},
	ledger.TooMany:     {http.StatusTooManyRequests, 17, "请求过多", "too many requests"},
	ledger.Unknown:     {http.StatusServiceUnavailable, 18, "结果未知,可原样重报", "outcome unknown: submit the same bytes again"},
	ledger.Unavailable: {http.StatusServiceUnavailable, 19, "暂不能受理,未予记录", "unavailable, nothing was recorded"},
	ledger.Damaged:     {http.StatusServiceUnavailable, 20, "存储受损,已停止服务", "the store is damaged: stopped"},
	ledger.Internal:    {http.StatusInternalServerError, 70, "内部错误", "internal error"},
}

// AnswerTo is the answer to an error.
func AnswerTo(err error) Answer { return Answers[ledger.ClassOf(err)] }

// Say puts an error to people, in Chinese unless lang is "en": the rule in words,
// where it comes from, what was found and what would be accepted.
func Say(err error, lang string) string {
	e, ok := errors.AsType[*ledger.Error](err)
	if !ok {
		return err.Error()
	}
	a := Answers[e.Class]
	rule, known := RuleOf(e.Rule)
	var b strings.Builder
	line := func(zh, en, value string) {
		if value == "" {
			return
		}
		if lang == "en" {
			fmt.Fprintf(&b, "\n  %-9s %s", en+":", value)
		} else {
			fmt.Fprintf(&b, "\n  %s:%s", zh, value)
		}
	}
	if lang == "en" {
		b.WriteString(a.EN)
	} else {
		b.WriteString(a.ZH)
	}
	words := e.Rule
	if known {
		text := rule.ZH
		if lang == "en" {
			text = rule.EN
		}
		words = fmt.Sprintf("%s [%s, %s]", text, e.Rule, rule.Cite)
	}
	line("规则", "rule", words)
	found, want := e.Found, e.Want
	if lang != "en" {
		found, want = Chinese(found), Chinese(want)
	}
	line("所见", "found", found)
	line("应为", "wanted", want)
	if e.Err != nil {
		line("原因", "cause", e.Err.Error())
	}
	return b.String()
}
