// Package otelmetrics shows the counters of an engine through the metric API of OpenTelemetry.
package otelmetrics

import (
	"context"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel/metric"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Register makes an instrument for each of denorm.Metrics. They are read from the engine when the meter's
// reader collects, all at once, without I/O; what is not known at that time is left out. The function that it
// returns ends that. Engines of one process need meters of different names, or attributes of their resources, to
// be told apart.
func Register(meter metric.Meter, engine *denorm.Engine) (unregister func() error, err error) {
	if meter == nil || engine == nil {
		return nil, errors.New("register the metrics of denorm: the meter or the engine is nil")
	}
	var instruments []metric.Observable
	var observe []func(metric.Observer, denorm.Stats)
	for _, m := range denorm.Metrics() {
		instrument, read, err := instrument(meter, m)
		if err != nil {
			return nil, fmt.Errorf("register the metric %s: %w", m.Name, err)
		}
		instruments, observe = append(instruments, instrument), append(observe, read)
	}
	registration, err := meter.RegisterCallback(func(_ context.Context, observer metric.Observer) error {
		stats := engine.Stats()
		for _, one := range observe {
			one(observer, stats)
		}
		return nil
	}, instruments...)
	if err != nil {
		return nil, fmt.Errorf("register the metrics of denorm: %w", err)
	}
	return registration.Unregister, nil
}

// instrument makes the instrument of one metric, and what reads it.
func instrument(meter metric.Meter, m denorm.Metric) (metric.Observable, func(metric.Observer, denorm.Stats), error) {
	if m.Kind == denorm.Counter {
		counter, err := meter.Int64ObservableCounter(m.Name, metric.WithDescription(m.Help), metric.WithUnit(m.Unit))
		return counter, func(observer metric.Observer, stats denorm.Stats) {
			if value, known := m.Value(stats); known {
				observer.ObserveInt64(counter, int64(value))
			}
		}, err
	}
	gauge, err := meter.Float64ObservableGauge(m.Name, metric.WithDescription(m.Help), metric.WithUnit(m.Unit))
	return gauge, func(observer metric.Observer, stats denorm.Stats) {
		if value, known := m.Value(stats); known {
			observer.ObserveFloat64(gauge, value)
		}
	}, err
}
