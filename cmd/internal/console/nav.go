package console

// Entry is one entry of the navigation.
type Entry struct {
	Path, Name string
	Here       bool
}

// Navigation is where the reader may go from any page: two clicks lead to an answer.
func (v view) Navigation() []Entry {
	known := v.Reader.Known() || v.Reader.Open
	unit := "/units/" + string(v.Reader.Unit)
	all := []struct {
		page, path, zh, en string
		shown              bool
	}{
		{"overview", "/", "挂图作战", "Overview", known},
		{"unit", unit, "本单位", "My unit", v.Reader.Unit != ""},
		{"submit", "/submit", "报送", "Submit", known},
		{"dispatch", "/dispatch", "调度", "Dispatch", known},
		{"meetings", "/meetings", "例会", "Meetings", known},
		{"escalation", "/escalation", "督办问责", "Escalation", known},
		{"inspections", "/inspections", "督查", "Inspections", true},
		{"audit", "/audit", "审计", "Audit", known},
		{"verify", "/verify", "核验", "Verify", true},
	}
	var list []Entry
	for _, e := range all {
		if e.shown {
			path := e.path
			if path != "/submit" && path != "/verify" {
				path = v.Link(path)
			}
			list = append(list, Entry{path, v.T(e.zh, e.en), e.page == v.Page})
		}
	}
	return list
}
