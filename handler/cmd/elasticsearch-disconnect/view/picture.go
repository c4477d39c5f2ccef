package view

import (
	"cmp"
	"slices"
)

// maxClusters bounds the picture of all places, so that a browser draws it at once.
const maxClusters = 60

// A drawing is the picture of a place: what is left over or frozen, and its neighbours.
type drawing struct {
	Place
	Looks    int // connections that need a look
	Clusters []cluster
	parts    [][]Connection // that may be drawn, each as a cluster
}

// Undrawn returns how many of the connections that need a look are not drawn.
func (d drawing) Undrawn() int {
	n := d.Looks
	for _, c := range d.Clusters {
		n -= len(c.Edges)
	}
	return n
}

// picture draws each place that has connections that need a look, the largest clusters first.
func picture(connections []Connection) (drawings []drawing) {
	for _, place := range placesOf(connections) {
		looks := slices.DeleteFunc(slices.Clone(connections), func(c Connection) bool { return c.Place != place || c.Look == Nothing })
		if len(looks) > 0 {
			drawings = append(drawings, drawing{Place: place, Looks: len(looks), parts: clustersOf(looks)})
		}
	}
	most := share(drawings, maxClusters)
	for i, d := range drawings {
		for _, part := range d.parts[:min(most, len(d.parts))] {
			drawings[i].Clusters = append(drawings[i].Clusters, layout(part))
		}
	}
	return drawings
}

func placesOf(connections []Connection) (places []Place) {
	for _, c := range connections {
		if !slices.Contains(places, c.Place) {
			places = append(places, c.Place)
		}
	}
	return places
}

// share returns how many clusters of a place are drawn at most, so that a place with many
// leaves room for the others. Each place has at least one.
func share(drawings []drawing, limit int) int {
	for most := limit; ; most-- {
		sum := 0
		for _, d := range drawings {
			sum += min(most, len(d.parts))
		}
		if sum <= limit || most == 1 {
			return most
		}
	}
}

// clustersOf divides connections into those that hang together, the largest cluster first.
func clustersOf(connections []Connection) (clusters [][]Connection) {
	joined := map[string]string{} // from each instance towards the one that stands for its cluster
	root := func(id string) string {
		for joined[id] != "" {
			id = joined[id]
		}
		return id
	}
	for _, c := range connections {
		if a, b := root(c.Instance.ID), root(c.Connected.ID); a != b {
			joined[a] = b
		}
	}
	index := map[string]int{}
	for _, c := range connections {
		r := root(c.Instance.ID)
		i, known := index[r]
		if !known {
			i, index[r] = len(clusters), len(clusters)
			clusters = append(clusters, nil)
		}
		clusters[i] = append(clusters[i], c)
	}
	slices.SortStableFunc(clusters, func(a, b []Connection) int { return cmp.Compare(len(b), len(a)) })
	return clusters
}
