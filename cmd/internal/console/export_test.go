package console

// Paths are the pages, as http.ServeMux has their paths.
func Paths() []string {
	var list []string
	for _, p := range pages {
		list = append(list, p.path)
	}
	return list
}
