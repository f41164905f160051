// Package judges holds the sealed log against programs that nobody here wrote.
package judges
