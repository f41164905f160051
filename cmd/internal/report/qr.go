package report

import (
	"fmt"
	"html/template"
	"strings"

	"rsc.io/qr"
)

// Code is a text as a QR code, an SVG that stands alone.
func Code(text, label string) ([]byte, error) {
	svg, err := picturedCode(text, label)
	return []byte(strings.Replace(string(svg), "<svg ", `<svg xmlns="http://www.w3.org/2000/svg" `, 1)), err
}

// picturedCode draws a text as a QR code: an SVG that needs nothing from outside,
// four modules of white around it as ISO/IEC 18004 wants.
func picturedCode(text, label string) (template.HTML, error) {
	c, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("report: code %q: %w", text, err)
	}
	const quiet = 4
	var path strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			n := 0
			for x+n < c.Size && c.Black(x+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, n, n)
				x += n
			}
		}
	}
	side := c.Size + 2*quiet
	return template.HTML(fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><rect width="%d" height="%d" fill="#fff"/><path d="%s"/></svg>`,
		side, side, template.HTMLEscapeString(label), side, side, path.String())), nil
}
