#pragma once

// Records to rows of atlas.sqlite and back. Internal to the store.

#include <cstdint>
#include <string>
#include <vector>

#include "atlas/store/database.h"
#include "atlas/store/records.h"

namespace differentia::store {

// What a row_of function expects a statement to select, in this order.
extern const char* const kTaxonColumns;
extern const char* const kPhotoColumns;
extern const char* const kConceptColumns;
extern const char* const kExemplarColumns;

TaxonRecord taxon_of(const Database& database, const Statement& row);
PhotoRecord photo_of(const Database& database, const Statement& row);
ConceptRecord concept_of(const Statement& row);
ExemplarRecord exemplar_of(const Statement& row);

void insert_taxon(Database& database, const TaxonRecord& taxon);
void insert_photos(Database& database, const std::vector<PhotoRecord>& photos);
void insert_map(Database& database, const MapRecord& map);
void insert_concepts(Database& database, const std::vector<ConceptRecord>& concepts);
void insert_exemplars(Database& database, const std::vector<ExemplarRecord>& exemplars);
void insert_head(Database& database, const Provenance& provenance,
                 const std::vector<std::string>& labels, const std::vector<LayerRecord>& layers);

void set_meta(Database& database, const std::string& key, const std::string& value);
std::string meta(Database& database, const std::string& key);

Provenance read_provenance(Database& database);
std::vector<std::string> read_labels(Database& database);
std::vector<LayerRecord> read_layers(Database& database);
std::vector<MapRecord> read_maps(Database& database, const std::string& where = {});

std::string list_text(const std::vector<std::int64_t>& numbers);  // "[1,2]"
std::vector<std::int64_t> list_of(const Database& database, const std::string& text);

}  // namespace differentia::store
