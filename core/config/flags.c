/* SPDX-License-Identifier: MIT */
#include "config/flags.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <vmm/errors.h>

#include "base/text.h"
#include "config/environment.h"
#include "config/pattern.h"
#include "config/suggest.h"

#define FLAG_NAME_MAX 64

/* A flag with its own copies of everything. */
struct entry {
    struct flag flag;
    char *name;
    char *summary;
    char *origin;
    char **sites; /* ended by NULL */
};

struct flags {
    struct entry **entries; /* in order of their names */
    size_t count;
};

/*
 * Names that stay allowed in a file while nothing that reads them is installed: those of the product, and
 * third parties'. So a package can be removed without touching the configuration.
 */
static const char *const contract[] = {
    "FEATURE_PLUGIN_*",          "FEATURE_VMM_SINK_*",      "FEATURE_VMS_VIVOTEK_CGI",
    "FEATURE_VMS_HIKVISION_CGI", "FEATURE_VMS_SAMPO_CGI",   "FEATURE_VMS_ACTI_CGI",
    "FEATURE_VMS_AVTECH_CGI",    "FEATURE_VMS_LILIN_CGI",   "FEATURE_VMS_GEOVISION_CGI",
    "FEATURE_VMS_HISHARP_CGI",   "FEATURE_VMS_UNIVIEW_CGI", "FEATURE_VMS_XM_CGI",
    "FEATURE_VMS_GENERIC_CGI",   "FEATURE_VMS_DAHUA_CGI",   "FEATURE_VMS_AXIS_CGI",
    "FEATURE_VMS_HANWHA_CGI",    "FEATURE_VMS_REOLINK_CGI", "FEATURE_VMS_ONVIF_PROBE",
    "FEATURE_VMS_RTSP_PROBE",
};

static bool in_contract(const char *name)
{
    for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++) {
        if (fnmatch(contract[i], name, 0) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- Entries ---- */

static void free_sites(char **sites)
{
    for (size_t i = 0; sites != NULL && sites[i] != NULL; i++) {
        free(sites[i]);
    }
    free(sites);
}

static void free_entry(struct entry *entry)
{
    if (entry != NULL) {
        free(entry->name);
        free(entry->summary);
        free(entry->origin);
        free_sites(entry->sites);
        free(entry);
    }
}

static struct entry *new_entry(const char *name, const char *summary, bool known)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (entry == NULL) {
        return NULL;
    }
    entry->name = strdup(name);
    entry->summary = strdup(summary);
    entry->origin = strdup("default");
    if (entry->name == NULL || entry->summary == NULL || entry->origin == NULL) {
        free_entry(entry);
        return NULL;
    }
    entry->flag = (struct flag){
        .name = entry->name, .summary = entry->summary, .origin = entry->origin, .known = known};
    return entry;
}

/* Where the name stands, or would have to. */
static size_t place_of(const struct flags *flags, const char *name)
{
    size_t i = 0;
    while (i < flags->count && strcmp(flags->entries[i]->name, name) < 0) {
        i++;
    }
    return i;
}

static struct entry *find(const struct flags *flags, const char *name)
{
    size_t i = place_of(flags, name);
    bool there = i < flags->count && strcmp(flags->entries[i]->name, name) == 0;
    return there ? flags->entries[i] : NULL;
}

static struct entry *add(struct flags *flags, const char *name, const char *summary, bool known)
{
    struct entry **entries = realloc(flags->entries, (flags->count + 1) * sizeof(struct entry *));
    if (entries == NULL) {
        return NULL;
    }
    flags->entries = entries;
    struct entry *entry = new_entry(name, summary, known);
    if (entry != NULL) {
        size_t i = place_of(flags, name);
        memmove(entries + i + 1, entries + i, (flags->count - i) * sizeof(struct entry *));
        entries[i] = entry;
        flags->count++;
    }
    return entry;
}

struct flags *flags_create(void)
{
    struct flags *flags = calloc(1, sizeof(*flags));
    if (flags != NULL && add(flags, FLAGS_MASTER, "watch the fleet at all", true) == NULL) {
        flags_destroy(flags);
        return NULL;
    }
    return flags;
}

void flags_destroy(struct flags *flags)
{
    if (flags == NULL) {
        return;
    }
    for (size_t i = 0; i < flags->count; i++) {
        free_entry(flags->entries[i]);
    }
    free(flags->entries);
    free(flags);
}

int flags_declare(struct flags *flags, const char *name, const char *summary)
{
    if (find(flags, name) != NULL) {
        return VMM_E_EXIST;
    }
    return add(flags, name, summary, true) != NULL ? 0 : VMM_E_NOMEM;
}

/* ---- Values ---- */

/* Give the entry a state; takes over the sites. */
static int assign(struct entry *entry, unsigned state, char **sites, const char *origin)
{
    char *copy = strdup(origin);
    if (copy == NULL) {
        free_sites(sites);
        return VMM_E_NOMEM;
    }
    free(entry->origin);
    free_sites(entry->sites);
    entry->origin = copy;
    entry->sites = sites;
    entry->flag.origin = copy;
    entry->flag.state = state;
    entry->flag.sites = (const char *const *)sites;
    return 0;
}

static int refuse_value(const char *name, const char *problem, struct config_error *error)
{
    char pointer[96];
    text_format(pointer, sizeof(pointer), "/flags/%s", name);
    config_error_set(error, pointer, "write true, false or a list of site ids", "%s", problem);
    return VMM_E_INVAL;
}

static int read_sites(const char *name, const json_t *list, char ***out, struct config_error *error)
{
    size_t count = json_array_size(list);
    if (count == 0) {
        return refuse_value(name, "the list of sites is empty", error);
    }
    char **sites = calloc(count + 1, sizeof(*sites));
    for (size_t i = 0; sites != NULL && i < count; i++) {
        const char *site = json_string_value(json_array_get(list, i));
        if (site == NULL || !text_is_id(site)) {
            free_sites(sites);
            return refuse_value(name, "an entry of the list is no site id", error);
        }
        sites[i] = strdup(site);
        if (sites[i] == NULL) {
            free_sites(sites);
            return VMM_E_NOMEM;
        }
    }
    *out = sites;
    return sites != NULL ? 0 : VMM_E_NOMEM;
}

static int refuse_name(const struct flags *flags, const char *name, struct config_error *error)
{
    char pointer[sizeof(error->pointer)];
    char remedy[160] = "`vmmctl flags` lists them";
    struct suggest suggest;
    suggest_init(&suggest, name);
    for (size_t i = 0; i < flags->count; i++) {
        suggest_offer(&suggest, flags->entries[i]->name);
    }
    for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++) {
        suggest_offer(&suggest, contract[i]);
    }
    if (suggest.best != NULL) {
        text_format(remedy, sizeof(remedy), "did you mean \"%s\"?", suggest.best);
    }
    text_format(pointer, sizeof(pointer), "/flags/%.64s", name);
    config_error_set(error, pointer, remedy, "no such flag");
    return VMM_E_INVAL;
}

int flags_set(struct flags *flags, const char *name, const json_t *value, const char *origin,
              struct config_error *error)
{
    struct entry *entry = find(flags, name);
    char **sites = NULL;
    unsigned state = json_is_true(value) ? FLAG_ON : FLAG_OFF;
    bool well_formed = strlen(name) <= FLAG_NAME_MAX && pattern_matches(PATTERN_FLAG, name);
    if (entry == NULL && (!well_formed || !in_contract(name))) {
        return refuse_name(flags, name, error);
    }
    if (json_is_array(value)) {
        int rc = read_sites(name, value, &sites, error);
        if (rc != 0) {
            return rc;
        }
        state = FLAG_SITES;
    } else if (!json_is_boolean(value)) {
        return refuse_value(name, "this is no value of a flag", error);
    }
    entry = entry != NULL ? entry : add(flags, name, "nothing installed reads it", false);
    if (entry == NULL) {
        free_sites(sites);
        return VMM_E_NOMEM;
    }
    int rc = assign(entry, state, sites, origin);
    return rc == 0 && !entry->flag.known ? VMM_E_NOENT : rc;
}

/* ---- The environment ---- */

/* The JSON value that the words of an environment variable mean; NULL without memory. */
static json_t *parse_words(const char *words)
{
    static const struct {
        const char *word;
        int on;
    } table[] = {{"on", 1}, {"true", 1}, {"1", 1}, {"off", 0}, {"false", 0}, {"0", 0}, {"", 0}};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (strcasecmp(table[i].word, words) == 0) {
            return json_boolean(table[i].on);
        }
    }
    json_t *list = json_array();
    for (const char *p = words; *p != '\0'; p += *p == ',' ? 1 : 0) {
        size_t length = strcspn(p, ",");
        json_t *site = json_stringn(p, length);
        if (json_array_append_new(list, site != NULL ? site : json_null()) != 0) {
            json_decref(list);
            return NULL;
        }
        p += length;
    }
    return list;
}

static int force(struct flags *flags, struct entry *entry, const char *words,
                 struct config_error *error)
{
    json_t *value = parse_words(words);
    if (value == NULL) {
        return VMM_E_NOMEM;
    }
    int rc = flags_set(flags, entry->name, value, "environment", error);
    json_decref(value);
    if (rc == VMM_E_INVAL) {
        text_format(error->file, sizeof(error->file), "environment");
        text_format(error->remedy, sizeof(error->remedy),
                    "set %s to on, off or site ids with commas", entry->name);
    }
    entry->flag.forced = rc == 0;
    return rc;
}

int flags_force(struct flags *flags, char *const *environment, struct config_error *error)
{
    for (size_t i = 0; i < flags->count; i++) {
        struct entry *entry = flags->entries[i];
        const char *words = environment_find(environment, entry->name);
        if (words != NULL && entry->flag.known) {
            int rc = force(flags, entry, words, error);
            if (rc != 0) {
                return rc;
            }
        }
    }
    return 0;
}

/* ---- Asking ---- */

static bool names_site(const struct flag *flag, const char *site)
{
    for (size_t i = 0; flag->sites[i] != NULL; i++) {
        if (strcmp(flag->sites[i], site) == 0) {
            return true;
        }
    }
    return false;
}

bool flags_state(const struct flags *flags, const char *name, const char *site)
{
    const struct entry *entry = find(flags, name);
    if (entry == NULL || entry->flag.state != FLAG_SITES) {
        return entry != NULL && entry->flag.state == FLAG_ON;
    }
    return site == NULL || names_site(&entry->flag, site);
}

const struct flag *flags_at(const struct flags *flags, size_t index)
{
    return index < flags->count ? &flags->entries[index]->flag : NULL;
}

const struct flag *flags_find(const struct flags *flags, const char *name)
{
    const struct entry *entry = find(flags, name);
    return entry != NULL ? &entry->flag : NULL;
}

static bool covers(const struct flag *a, const struct flag *b)
{
    for (size_t i = 0; b->sites[i] != NULL; i++) {
        if (!names_site(a, b->sites[i])) {
            return false;
        }
    }
    return true;
}

bool flag_same(const struct flag *a, const struct flag *b)
{
    unsigned left = a != NULL ? a->state : FLAG_OFF;
    unsigned right = b != NULL ? b->state : FLAG_OFF;
    if (left != right) {
        return false;
    }
    return left != FLAG_SITES || (covers(a, b) && covers(b, a));
}

const char *flag_text(const struct flag *flag, char *out, size_t size)
{
    if (flag == NULL || flag->state != FLAG_SITES) {
        text_format(out, size, "%s", flag != NULL && flag->state == FLAG_ON ? "on" : "off");
        return out;
    }
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; flag->sites[i] != NULL && used + 1 < size; i++) {
        text_format(out + used, size - used, "%s%s", i > 0 ? "," : "", flag->sites[i]);
        used += strlen(out + used);
    }
    return out;
}
