"""The fields that are published of each thing, in the API and in exports of lists; they are promises."""
