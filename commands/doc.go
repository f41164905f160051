// Package commands decides what may be appended, by whom, and when.
//
// # The idea
//
// [Admit] is a pure function of the campaign as it stands and a statement whose
// signature has been checked: it says yes, or it refuses with the rule that does
// not hold, what was found, and what would be accepted. Who may say what is one
// table ([Speakers]); what must hold before is a function per kind, one file a
// family. Every rule has an entry in [Rules], with the article it comes from.
//
// [Door] is the only way in: it opens the envelope, reads the statement, looks
// the key up as of now, verifies, lets the writer admit and append, and answers
// with a receipt. A statement that is on record already is answered with its
// first receipt, at any later time.
package commands
