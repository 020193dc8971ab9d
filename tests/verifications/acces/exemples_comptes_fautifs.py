"""Exemples qui enfreignent les règles des comptes et des sessions de professionnels."""

from __future__ import annotations

from datetime import timedelta

from steps.verifications.acces import identites, masse, mots_de_passe, rpps, sessions, traces
from steps.verifications.acces.mots_de_passe import TENTATIVES_JOUEES, Tentative
from tests.verifications.acces.fabrique_comptes import (
    DEBUT,
    DROITS,
    MANQUEE,
    NOE,
    NOM,
    RECHERCHE,
    RPPS,
    ZOE,
    Fabrique,
    appel,
    compte,
    csv,
    d_identite,
    de_permission,
    du_critere,
    du_fichier,
    extraction,
    operation,
    permissions,
    reprises,
    tentatives,
    toujours,
    trace,
    tracees,
)

FAUTIFS: dict[str, tuple[Fabrique, set[str]]] = {
    "identité restée": (lambda: d_identite(ZOE), {"ACC-SYN-01"}),
    "identité sans accent": (lambda: d_identite(compte(nom="PARIS")), {"ACC-SYN-01"}),
    "compte disparu": (lambda: d_identite(None), {"ACC-SYN-01"}),
    "permissions cumulées": (lambda: permissions(["consultation", "impression", "biologie"]), {"ACC-SYN-02"}),
    "identité d'un autre": (lambda: toujours(compte(nom="PÂRIS")), {"ACC-SYN-01"}),
    "permissions d'un autre": (lambda: toujours(compte(permissions=["consultation"])), {"ACC-SYN-02"}),
    "non créé": (
        lambda: [masse.compte_cree(extraction(NOE), extraction(NOE), "zoe.c", {"nom": ZOE["nom"]})],
        {"ACC-MAS-01"},
    ),
    "non modifié": (
        lambda: [masse.compte_modifie(extraction(ZOE), extraction(ZOE), "zoe.c", {"nom": "PÂRIS"})],
        {"ACC-MAS-02"},
    ),
    "non supprimé": (lambda: [masse.compte_supprime(extraction(ZOE), extraction(ZOE), "zoe.c")], {"ACC-MAS-03"}),
    "supprimé de l'écran, pas du fichier": (
        lambda: [masse.compte_supprime(extraction(ZOE, NOE), extraction(NOE, fichier=csv(ZOE, NOE)), "zoe.c")],
        {"ACC-MAS-03"},
    ),
    "permissions remplacées": (lambda: de_permission(["a"], ["b"], "b", ajout=True), {"ACC-MAS-04"}),
    "permission gardée": (lambda: de_permission(["a", "b"], ["a", "b"], "b", ajout=False), {"ACC-MAS-05"}),
    "témoin changé": (
        lambda: [masse.temoins_inchanges(extraction(NOE), extraction(compte(NOE, permissions=["x"])), ["noe.n"])],
        {"ACC-MAS-06"},
    ),
    "fichier incomplet": (lambda: du_fichier(csv(ZOE)), {"ACC-MAS-07"}),
    "fichier sans permissions": (lambda: du_fichier(csv(ZOE, compte(NOE, permissions=[]))), {"ACC-MAS-07"}),
    "échec oublié": (lambda: tracees([trace()], operation(reussie=False), operation()), {"ACC-TRA-01"}),
    "échec non tracé": (
        lambda: tracees([trace(heure=DEBUT - timedelta(hours=3))], operation(reussie=False)),
        {"ACC-TRA-01"},
    ),
    "trace d'un autre compte": (lambda: tracees([trace(compte_vise="noe.n")], operation()), {"ACC-TRA-01"}),
    "trace d'une autre opération": (lambda: tracees([trace("deconnexion")], operation()), {"ACC-TRA-01"}),
    "une trace de trop peu": (lambda: tracees([trace()], operation(), operation()), {"ACC-TRA-01"}),
    "trace sans heure": (lambda: tracees([{**trace(), "horodatage": "2026-11-22"}], operation()), {"ACC-TRA-02"}),
    "trace du mauvais auteur": (
        lambda: tracees([trace("modification_attributs", utilisateur="zoe.c", attributs=["nom"])], NOM),
        {"ACC-TRA-03"},
    ),
    "trace sans nature": (
        lambda: tracees([trace("modification_attributs", utilisateur="administrateur")], NOM),
        {"ACC-TRA-04"},
    ),
    "trace sans retrait": (
        lambda: tracees(
            [
                trace(
                    "modification_permissions", utilisateur="super_utilisateur", permissions={"ajoutees": ["biologie"]}
                )
            ],
            DROITS,
        ),
        {"ACC-TRA-04"},
    ),
    "trace du mauvais résultat": (lambda: tracees([trace()], operation(reussie=False)), {"ACC-TRA-05"}),
    "mot de passe tracé": (
        lambda: [traces.aucun_mot_de_passe([trace(essais=["saisi : Tr0pSecret!Zoé"])], ["Tr0pSecret!Zoé"])],
        {"ACC-TRA-06"},
    ),
    **{
        f"critère {critere} non appliqué": (
            (lambda c=critere: du_critere(c, accepte=True)),  # type: ignore[misc]
            {regle.code},
        )
        for critere, regle in mots_de_passe.CRITERES.items()
    },
    "conforme refusé": (lambda: [mots_de_passe.conforme_accepte(False, "15 caractères", "refuse")], {"ACC-MDP-07"}),
    "changement sans effet": (lambda: [mots_de_passe.changement_effectif(False, True, "fait")], {"ACC-MDP-08"}),
    "ancien encore bon": (lambda: [mots_de_passe.changement_effectif(True, True, "fait")], {"ACC-MDP-08"}),
    "expiré ignoré": (lambda: [mots_de_passe.changement_impose(True, True, "", "30 jours")], {"ACC-MDP-09"}),
    "changements sans blocage": (
        lambda: [mots_de_passe.compte_bloque(5, False, "refuse", changements=True)],
        {"ACC-MDP-10"},
    ),
    "connexions sans blocage": (
        lambda: [mots_de_passe.compte_bloque(10, False, "refuse", changements=False)],
        {"ACC-MDP-11"},
    ),
    "bloqué de façade": (lambda: [mots_de_passe.bloque_refuse(True, True, "fait")], {"ACC-MDP-12"}),
    "débloqué sans effet": (lambda: [mots_de_passe.debloque_utilisable(False, "refuse")], {"ACC-MDP-13"}),
    "faible accepté": (
        lambda: [mots_de_passe.faible_refuse(True, "14 chiffres", "fait", controle=True)],
        {"ACC-MDP-14"},
    ),
    "fort refusé": (lambda: [mots_de_passe.fort_accepte(False, "refuse")], {"ACC-MDP-15"}),
    "sans restriction": (lambda: tentatives(*[MANQUEE] * TENTATIVES_JOUEES), {"ACC-MDP-16"}),
    "mauvais mot de passe accepté": (lambda: tentatives(Tentative(True)), {"ACC-MDP-16"}),
    "restriction de façade": (
        lambda: [mots_de_passe.restriction_reelle("attente de 60 s", True, "fait")],
        {"ACC-MDP-17"},
    ),
    "RPPS absent": (lambda: [rpps.rpps_associe(compte(), RPPS, "Zoé", "fait")], {"ACC-RPPS-01"}),
    "RPPS d'un autre": (lambda: [rpps.rpps_associe(compte(rpps="99900001023"), RPPS, "Zoé", "fait")], {"ACC-RPPS-01"}),
    "absence tue": (
        lambda: [rpps.absence_signalee(compte(), ["Compte créé."], "Zoé", temoin=True)],
        {"ACC-RPPS-02"},
    ),
    "RPPS inventé": (lambda: [rpps.aucun_rpps(compte(rpps="10009999991"), "Zoé")], {"ACC-RPPS-03"}),
    "reprise unique": (lambda: reprises([appel(RECHERCHE)], []), {"ACC-RPPS-04"}),
    "reprise d'un autre": (lambda: reprises([appel("Practitioner?family=DURAND")]), {"ACC-RPPS-04"}),
    "jamais associé": (lambda: [rpps.association_finale(compte(), RPPS, "Zoé")], {"ACC-RPPS-04"}),
    "jamais contrôlé": (lambda: rpps.rpps_controle([appel(RECHERCHE)], [("Zoé", RPPS)], "deux ans"), {"ACC-RPPS-05"}),
    "vérifiée d'office": (
        lambda: [identites.adresse_en_attente(compte(courriel_verifie=True), str(ZOE["courriel"]), "Zoé")],
        {"ACC-ADR-01"},
    ),
    "sans message": (lambda: [identites.message_recu(1, 0, "Zoé")], {"ACC-ADR-02"}),
    "confirmation sans effet": (
        lambda: [identites.adresse_confirmee(compte(courriel_verifie=False), str(ZOE["courriel"]), "Zoé", "fait")],
        {"ACC-ADR-03"},
    ),
    "code quelconque": (
        lambda: [identites.autre_code_refuse(compte(courriel_verifie=True), str(ZOE["courriel"]), "Zoé", "fait")],
        {"ACC-ADR-04"},
    ),
    "identité changée sans preuve": (
        lambda: [identites.changement_controle(compte(nom="PÂRIS"), {"nom": ZOE["nom"]}, "Zoé", "fait")],
        {"ACC-IDE-01"},
    ),
    "changement prouvé refusé": (
        lambda: [identites.changement_fait(ZOE, {"nom": "PÂRIS"}, "Zoé", "refuse")],
        {"ACC-IDE-02"},
    ),
    "changement tu": (lambda: [identites.changement_notifie({"zoe@personnes.test": 0}, "Zoé")], {"ACC-IDE-03"}),
    "profession perdue": (
        lambda: [identites.attributs_geres(compte(profession=""), {"profession": "10"}, "Zoé")],
        {"ACC-ATT-01"},
    ),
    "identifiant privé partagé": (
        lambda: [identites.identifiant_prive_unique("fait", "fait", "P1", temoin=True)],
        {"ACC-ATT-02"},
    ),
    "session encore ouverte": (lambda: [sessions.session_fermee(True, True, "fait", "Zoé")], {"ACC-SES-01"}),
    "autre session fermée": (lambda: [sessions.autre_session_intacte(False, "refuse", "Noé")], {"ACC-SES-02"}),
    "session non rouverte": (lambda: [sessions.session_rouverte(False, True, "refuse", "Zoé")], {"ACC-SES-03"}),
    "session ressuscitée": (lambda: [sessions.session_rouverte(True, False, "fait", "Zoé")], {"ACC-SES-03"}),
    "toujours ouverte": (lambda: [sessions.session_expiree(True, True, "fait", 1260, 1200)], {"ACC-SES-04"}),
    "fermée trop tôt": (lambda: [sessions.session_maintenue(False, "refuse", 1140, 1200)], {"ACC-SES-05"}),
    "délai non réglable": (lambda: [sessions.delai_reglable("refuse", "refuse", None, 1200)], {"ACC-SES-06"}),
    "délai non gardé": (lambda: [sessions.delai_reglable("fait", "fait", 1800, 1200)], {"ACC-SES-06"}),
}
