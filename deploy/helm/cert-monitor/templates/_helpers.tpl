{{/* Names and labels that the other templates share. */}}
{{- define "cert-monitor.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "cert-monitor.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "cert-monitor.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "cert-monitor.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "cert-monitor.selector" -}}
app.kubernetes.io/name: {{ include "cert-monitor.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "cert-monitor.labels" -}}
{{ include "cert-monitor.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "cert-monitor.account" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "cert-monitor.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The rules of the rights; in one namespace nothing that belongs to none. */}}
{{- define "cert-monitor.rules" -}}
{{- $core := list }}
{{- if .Values.rights.secrets }}{{ $core = append $core "secrets" }}{{ end }}
{{- if .Values.rights.configMaps }}{{ $core = append $core "configmaps" }}{{ end }}
{{- if $core }}
- apiGroups: [""]
  resources: {{ toJson $core }}
  verbs: [list]
{{- end }}
{{- if and .Values.rights.webhooks (not .Values.rights.namespaces) }}
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations, mutatingwebhookconfigurations]
  verbs: [list]
{{- end }}
{{- end }}
