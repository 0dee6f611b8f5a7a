/* LD_PRELOAD for a browser: the links in a folder are the USB serial ports of the machine. For tests only.

   The folder is named by USB_PORTS. A link NAME (up to 15 characters) to a pty is a port of a Pycom
   shield, 04d8:f012, whose serial number is NAME, and its product "Pysense NAME". A link that appears
   is plugged in, one that goes is pulled. The part of libudev that Chromium and Firefox call stands
   here instead; there is nothing else on this bus. A pty has no modem lines: what is written to them
   is read back. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

#define BUS "/sys/devices/usb_ports/"
#define MOST_PORTS 8
#define NODE_SIZE 64
#define NAME_SIZE 16 /* inotify pads a name to this: so 32 bytes are one event, never two */

struct udev { int references; };
struct udev_device {
    int references, is_usb;
    const char *action;
    char name[NAME_SIZE], product[8 + NAME_SIZE], path[sizeof BUS + NAME_SIZE], node[NODE_SIZE];
    struct udev_device *usb; /* what the tty belongs to: the USB device above it */
};
struct udev_list_entry { struct udev_list_entry *next; char path[sizeof BUS + NAME_SIZE]; };
struct udev_enumerate { int others_only; struct udev_list_entry *first; };
struct udev_monitor { int others_only, file; };

static const char *folder(void) { const char *set = getenv("USB_PORTS"); return set ? set : "/nonexistent"; }

/* Where a link leads or, when it is gone, has led: Firefox knows a port by its node. Empty: never seen. */
static const char *node_of(const char *name)
{
    static struct { char name[NAME_SIZE], node[NODE_SIZE]; } seen[MOST_PORTS];
    char link[PATH_MAX], node[NODE_SIZE] = "";
    int at = 0;
    while (at < MOST_PORTS - 1 && *seen[at].name && strcmp(seen[at].name, name)) at++;
    snprintf(seen[at].name, NAME_SIZE, "%s", name);
    snprintf(link, sizeof link, "%s/%s", folder(), name);
    if (readlink(link, node, sizeof node - 1) > 0) memcpy(seen[at].node, node, sizeof node);
    return seen[at].node;
}

static struct udev_device *device(const char *name, const char *action)
{
    struct udev_device *made = calloc(1, sizeof *made);
    made->references = 1;
    made->action = action;
    snprintf(made->name, sizeof made->name, "%s", name);
    snprintf(made->product, sizeof made->product, "Pysense %s", made->name);
    snprintf(made->path, sizeof made->path, BUS "%s", made->name);
    strcpy(made->node, node_of(made->name));
    if (!*made->node) {
        free(made);
        return NULL;
    }
    made->usb = calloc(1, sizeof *made);
    *made->usb = *made;
    made->usb->is_usb = 1;
    made->usb->usb = NULL;
    return made;
}

static void drop(struct udev_list_entry *entry)
{
    while (entry) {
        struct udev_list_entry *next = entry->next;
        free(entry);
        entry = next;
    }
}

struct udev *udev_new(void) { return calloc(1, sizeof(struct udev)); }
struct udev *udev_ref(struct udev *udev) { return udev; }
struct udev *udev_unref(struct udev *udev) { return NULL; } /* a few bytes for each: not worth counting */

/* One device. */
struct udev_device *udev_device_new_from_syspath(struct udev *udev, const char *path)
{
    return strncmp(path, BUS, sizeof BUS - 1) ? NULL : device(path + sizeof BUS - 1, "add");
}
struct udev_device *udev_device_new_from_devnum(struct udev *udev, char type, dev_t number) { return NULL; }
struct udev_device *udev_device_new_from_subsystem_sysname(struct udev *u, const char *s, const char *n)
{
    return NULL;
}
struct udev_device *udev_device_ref(struct udev_device *it) { it->references++; return it; }
struct udev_device *udev_device_unref(struct udev_device *it)
{
    if (it && !it->is_usb && --it->references == 0) {
        free(it->usb);
        free(it);
    }
    return NULL;
}
struct udev_device *udev_device_get_parent(struct udev_device *it) { return it->usb; }
struct udev_device *udev_device_get_parent_with_subsystem_devtype(
    struct udev_device *it, const char *subsystem, const char *type)
{
    return !strcmp(subsystem, "usb") ? it->usb : NULL;
}
const char *udev_device_get_action(struct udev_device *it) { return it->action; }
const char *udev_device_get_devnode(struct udev_device *it) { return it->is_usb ? NULL : it->node; }
const char *udev_device_get_devtype(struct udev_device *it) { return it->is_usb ? "usb_device" : NULL; }
const char *udev_device_get_driver(struct udev_device *it) { return "cdc_acm"; }
const char *udev_device_get_subsystem(struct udev_device *it) { return it->is_usb ? "usb" : "tty"; }
const char *udev_device_get_sysname(struct udev_device *it) { return it->name; }
const char *udev_device_get_syspath(struct udev_device *it) { return it->path; }
struct udev_list_entry *udev_device_get_properties_list_entry(struct udev_device *it) { return NULL; }
const char *udev_device_get_property_value(struct udev_device *it, const char *key)
{
    static const char *const values[][2] = {
        /* Chromium asks for a driver in /proc/tty/drivers: this is ttyS, which every PC has. */
        {"MAJOR", "4"}, {"MINOR", "64"}, {"ID_BUS", "usb"}, {"ID_VENDOR_ID", "04d8"}, {"ID_MODEL_ID", "f012"},
        {"ID_USB_INTERFACE_NUM", "00"},
    };
    if (!strcmp(key, "DEVNAME")) return it->node;
    if (!strcmp(key, "ID_SERIAL_SHORT")) return it->name;
    if (!strcmp(key, "ID_MODEL_ENC") || !strcmp(key, "ID_MODEL")) return it->product;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!strcmp(key, values[i][0])) return values[i][1];
    return NULL;
}
const char *udev_device_get_sysattr_value(struct udev_device *it, const char *key)
{
    static const char *const values[][2] = {
        {"idVendor", "04d8"}, {"idProduct", "f012"}, {"manufacturer", "Pycom"},
    };
    if (!it->is_usb) return NULL;
    if (!strcmp(key, "serial")) return it->name;
    if (!strcmp(key, "product")) return it->product;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (!strcmp(key, values[i][0])) return values[i][1];
    return NULL;
}

/* The list of devices. */
struct udev_enumerate *udev_enumerate_new(struct udev *udev) { return calloc(1, sizeof(struct udev_enumerate)); }
struct udev_enumerate *udev_enumerate_ref(struct udev_enumerate *it) { return it; }
struct udev_enumerate *udev_enumerate_unref(struct udev_enumerate *it)
{
    drop(it->first);
    free(it);
    return NULL;
}
int udev_enumerate_add_match_subsystem(struct udev_enumerate *it, const char *subsystem)
{
    it->others_only = strcmp(subsystem, "tty") != 0;
    return 0;
}
int udev_enumerate_scan_devices(struct udev_enumerate *it)
{
    DIR *opened = it->others_only ? NULL : opendir(folder());
    struct dirent *found;
    while (opened && (found = readdir(opened))) {
        if (found->d_type != DT_LNK) continue;
        struct udev_list_entry *entry = calloc(1, sizeof *entry);
        snprintf(entry->path, sizeof entry->path, BUS "%.15s", found->d_name);
        entry->next = it->first;
        it->first = entry;
    }
    if (opened) closedir(opened);
    return 0;
}
struct udev_list_entry *udev_enumerate_get_list_entry(struct udev_enumerate *it) { return it->first; }
struct udev_list_entry *udev_list_entry_get_next(struct udev_list_entry *it) { return it->next; }
const char *udev_list_entry_get_name(struct udev_list_entry *it) { return it->path; }
const char *udev_list_entry_get_value(struct udev_list_entry *it) { return NULL; }

/* What is plugged in and pulled. */
struct udev_monitor *udev_monitor_new_from_netlink(struct udev *udev, const char *name)
{
    return calloc(1, sizeof(struct udev_monitor));
}
int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *it, const char *subsystem, const char *t)
{
    it->others_only = strcmp(subsystem, "tty") != 0;
    return 0;
}
int udev_monitor_enable_receiving(struct udev_monitor *it)
{
    it->file = it->others_only ? eventfd(0, EFD_CLOEXEC) : inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (!it->others_only) inotify_add_watch(it->file, folder(), IN_CREATE | IN_DELETE);
    return it->file < 0 ? -errno : 0;
}
int udev_monitor_get_fd(struct udev_monitor *it) { return it->file; }
struct udev_device *udev_monitor_receive_device(struct udev_monitor *it)
{
    union { struct inotify_event event; char bytes[sizeof(struct inotify_event) + NAME_SIZE]; } got;
    if (it->others_only || read(it->file, &got, sizeof got) <= (ssize_t)sizeof got.event) return NULL;
    return device(got.event.name, got.event.mask & IN_CREATE ? "add" : "remove");
}
struct udev_monitor *udev_monitor_unref(struct udev_monitor *it)
{
    if (it->file > 0) close(it->file);
    free(it);
    return NULL;
}

static int is_pty(int file)
{
    struct stat found;
    return !fstat(file, &found) && S_ISCHR(found.st_mode) && major(found.st_rdev) >= 136 && major(found.st_rdev) <= 143;
}

/* A browser opens a port for itself alone (TIOCEXCL), which binds everybody but root: here it binds root, too. */
static int take(int file)
{
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return 0;
    errno = EBUSY;
    return -1;
}

int ioctl(int file, unsigned long request, ...)
{
    static int (*next)(int, unsigned long, void *);
    static int lines = TIOCM_CTS | TIOCM_DSR | TIOCM_CAR | TIOCM_RTS | TIOCM_DTR;
    va_list words;
    va_start(words, request);
    int *argument = va_arg(words, int *);
    va_end(words);
    if (!next) next = (int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl");
    if (request == TIOCEXCL && is_pty(file)) return take(file);
    int result = next(file, request, argument);
    if (result == 0 || errno != ENOTTY || !is_pty(file)) return result;
    switch (request) {
    case TIOCMGET: *argument = lines; return 0;
    case TIOCMSET: lines = *argument; return 0;
    case TIOCMBIS: lines |= *argument; return 0;
    case TIOCMBIC: lines &= ~*argument; return 0;
    default: return result;
    }
}
