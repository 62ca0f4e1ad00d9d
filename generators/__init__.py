"""The outputs: proposals, labelled images, demonstrations, the store, exports, the report."""
