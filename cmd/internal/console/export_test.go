package console

import "ducha/projections"

// Paths are the pages, as http.ServeMux has their paths.
func Paths() []string {
	var list []string
	for _, p := range pages {
		list = append(list, p.path)
	}
	return list
}

// Signed verifies a record's signature, as every page does that shows it.
var Signed = signed

// Saying is what a body says, one line for each thing: its title and its words.
func Saying(c *projections.Campaign, lang projections.Lang, body any) (list []string) {
	for _, s := range (reading{&request{Lang: lang}, c}).saying(body) {
		list = append(list, s.Label+": "+s.Text)
	}
	return list
}

// Calm is the least time between two words to one listener.
const Calm = calm
