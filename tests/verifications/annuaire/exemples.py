"""Exemples qui suivent et qui enfreignent chaque règle de l'annuaire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from reports.constat import Constat
from steps.verifications.annuaire import adresses, api, chargement, fiches, frequence
from steps.verifications.annuaire.lecture import lire_extraction
from tests.verifications.annuaire.fabrique import (
    CLE,
    NOE,
    ZOE,
    archive,
    bundle,
    echange,
    ligne,
    resultat,
    telechargement,
)

Fabrique = Callable[[], list[Constat]]
_SUITE = "https://localhost:4443/fhir/v2/_page?id=abc_-123"
_DEUX = lire_extraction(archive(ligne(ZOE), ligne(NOE), ligne(NOE)))
_SECONDE = timedelta(seconds=1)
_PORTEUR = bundle({"resourceType": "Practitioner", "id": "003-1", "telecom": [{"value": a} for a in ZOE.adresses]})


def _pages(*cibles: str, suivante: str | None = _SUITE) -> list[Constat]:
    premiere = echange("Practitioner?family=A", reponse=bundle(suivante=suivante))
    suites = [echange(cible, numero=2 + rang, instant=1.0 + rang) for rang, cible in enumerate(cibles)]
    return [api.pages_suivies([premiere, *suites])]


def _avec_lien_a_soi() -> list[Constat]:
    """La réponse donne d'abord sa propre adresse, comme tout serveur FHIR."""
    liens = [{"relation": "self", "url": "https://localhost:4443/fhir/v2/Practitioner?family=A"}]
    page = bundle(suivante=_SUITE)
    premiere = echange("Practitioner?family=A", reponse=page | {"link": [*liens, *page["link"]]})
    return [api.pages_suivies([premiere, echange("_page?id=abc_-123", numero=2, instant=1.0)])]


def _rafale_puis_calme() -> list[Constat]:
    rafale = [echange("metadata", numero=n, instant=n * 0.01) for n in range(1, 19)]
    return [api.debit_tenu([*rafale, *(echange("metadata", numero=n, instant=n * 1.0) for n in range(19, 24))])]


def _debit(nombre: int, ecart: float) -> list[Constat]:
    return [api.debit_tenu([echange("metadata", numero=n, instant=n * ecart) for n in range(1, nombre + 1)])]


def _recul(ecart: float, retry_after: str | None = "1") -> list[Constat]:
    refus = echange("Practitioner", statut=429, retry_after=retry_after, duree=0.0)
    return [api.recul_apres_refus([refus, echange("Practitioner", numero=2, instant=ecart)])]


def _seuls(*instants: float, cible: str = "") -> list[Constat]:
    vus = [
        echange(cible, numero=n, instant=i) if cible else telechargement(b"PK", numero=n, instant=i)
        for n, i in enumerate(instants, 1)
    ]
    return [frequence.chargements_seuls(vus, _SECONDE)]


def _encodage(cible: str) -> list[Constat]:
    return [api.criteres_encodes([echange(cible)])]


def _techniques(*, edition: str, cible: str = "Practitioner/003-1") -> list[Constat]:
    donnee = echange("Practitioner?identifier=1", reponse=bundle({"resourceType": "Practitioner", "id": "003-1"}))
    return [api.identifiants_du_moment([donnee, echange(cible, numero=2, edition=edition)])]


def _methode(resultats: list[dict[str, object]], *echanges: object) -> list[Constat]:
    return [adresses.adresse_lue_dans_l_annuaire(resultats, ZOE, list(echanges))]  # type: ignore[arg-type]


CONFORMES: dict[str, Fabrique] = {
    "clé sur chaque appel": lambda: [api.cle_envoyee([echange("Practitioner"), echange("_page?id=x", numero=2)])],
    "clé sous une autre casse": lambda: [api.cle_envoyee([echange("Device", entetes=(("esante-api-key", "x"),))])],
    "clé refusée par une panne": lambda: [api.cle_envoyee([echange("Device", statut=403, panne="cle_revoquee")])],
    "GET et POST _search": lambda: [
        api.methodes_admises([echange("Practitioner"), echange("Practitioner/_search", methode="POST", corps=b"a=b")])
    ],
    "HEAD": lambda: [api.methodes_admises([echange("metadata", methode="HEAD")])],
    "lien suivant": lambda: _pages("_page?id=abc_-123"),
    "lien suivant, après le lien à soi": _avec_lien_a_soi,
    "lien suivant relu": lambda: _pages("_page?id=abc_-123", "_page?id=abc_-123"),
    "une seule page": lambda: _pages(suivante=None),
    "dix-sept par seconde": lambda: _debit(40, 1 / 17),
    "rafale de dix-sept": lambda: _debit(17, 0.001),
    "recul tenu": lambda: _recul(1.02),
    "recul long": lambda: _recul(5.2, "5"),
    "recul sans délai donné": lambda: _recul(1.1, None),
    "delta d'une semaine": lambda: [api.delta_borne([echange("Practitioner?_lastUpdated=ge2026-11-15")])],
    "delta de trente jours": lambda: [api.delta_borne([echange("Practitioner?_lastUpdated=ge2026-10-23")])],
    "delta avec une borne haute": lambda: [
        api.delta_borne([echange("Practitioner?_lastUpdated=ge2026-11-15&_lastUpdated=lt2020-01-01")])
    ],
    "accent encodé": lambda: _encodage("Practitioner?family=LEF%C3%88VRE&given=Zo%c3%a9+Anne"),
    "barre et virgule nues": lambda: _encodage("Practitioner?identifier=https://rpps.esante.gouv.fr|1,2"),
    "pourcentage isolé encodé": lambda: _encodage("Practitioner?family=100%25"),
    "formulaire encodé": lambda: [
        api.criteres_encodes([echange("Practitioner/_search", methode="POST", corps=b"family=LEF%C3%88VRE")])
    ],
    "identifiant technique du moment": lambda: _techniques(edition="1"),
    "situations du moment": lambda: _techniques(edition="1", cible="PractitionerRole?practitioner=Practitioner/003-1"),
    "identifiant technique du moment, par POST": lambda: [
        api.identifiants_du_moment(
            [
                echange("Practitioner?identifier=1", reponse=bundle({"resourceType": "Practitioner", "id": "003-1"})),
                echange("Practitioner/_search", numero=2, methode="POST", corps=b"_id=003-1"),
            ]
        )
    ],
    "toutes les adresses": lambda: [adresses.adresse_trouvee([resultat(NOE), resultat(ZOE)], ZOE)],
    "une adresse sur deux, en capitales": lambda: [
        adresses.adresse_trouvee([resultat(ZOE, adresses_mss=[ZOE.adresses[1].upper()])], ZOE)
    ],
    "résultat sans RPPS": lambda: [adresses.adresse_trouvee([resultat(ZOE, rpps=None, nom="Lefevre O Neil")], ZOE)],
    "identifiant national": lambda: [adresses.adresse_trouvee([resultat(ZOE, rpps=f"8{ZOE.rpps}")], ZOE)],
    "adresse lue par l'API": lambda: _methode([resultat(ZOE)], echange("Practitioner", reponse=_PORTEUR)),
    "adresse lue dans l'extraction": lambda: _methode(
        [resultat(ZOE, adresses_mss=[ZOE.adresses[0]])],
        telechargement(archive({"Identifiant PP": ZOE.rpps, "Nom d'exercice": ZOE.adresses[0]})),
    ),
    "rien pour qui n'a rien": lambda: [
        adresses.aucune_adresse([resultat(NOE)], NOE, temoins=["zoe"]),
        adresses.aucune_adresse([], NOE, temoins=["zoe"]),
    ],
    "préférée montrée": lambda: [adresses.preferee_d_abord([resultat(ZOE)], ZOE)],
    "extraction téléchargée": lambda: [chargement.extraction_telechargee([telechargement(b"PK")], "fait")],
    "chargement fait": lambda: [chargement.chargement_abouti("fait", "fait : 12 lignes lues")],
    "rapport en lignes": lambda: [chargement.rapport_fidele({"lus": 3}, _DEUX)],
    "rapport en professionnels": lambda: [chargement.rapport_fidele({"lus": 2}, _DEUX)],
    "rapport de toute l'archive": lambda: [chargement.rapport_fidele({"lus": 9}, _DEUX)],
    "professionnel intégré": lambda: [
        chargement.professionnel_integre([resultat(ZOE)], ZOE, api_appelee=False),
        chargement.professionnel_integre([resultat(ZOE, profession="10", specialite="SM04")], ZOE, api_appelee=False),
        chargement.professionnel_integre([resultat(NOE, profession=..., specialite=...)], NOE, api_appelee=False),
    ],
    "professionnel remis à jour": lambda: [
        chargement.professionnel_remis_a_jour([resultat(ZOE)], ZOE, api_appelee=False)
    ],
    "professionnel écarté": lambda: [
        chargement.professionnel_ecarte([], NOE, temoins=["zoe"], api_appelee=False, dit="fait")
    ],
    "échec dit": lambda: [chargement.echec_dit("echec", {}, "archive illisible")],
    "échec dit sans rapport": lambda: [chargement.echec_dit("fait", {}, "0 ligne")],
    "fiche créée": lambda: [
        fiches.fiche_creee(resultat(ZOE), ZOE, "fiche", "fait"),
        fiches.fiche_creee(resultat(ZOE, nom="lefevre o'neil", prenom="ZOE"), ZOE, "fiche", "fait"),
        fiches.fiche_creee(resultat(ZOE, specialite="SM04 - Cardiologie et maladies vasculaires"), ZOE, "fiche", ""),
        fiches.fiche_creee(resultat(NOE, specialite=None, adresse_mss=None), NOE, "fiche", ""),
    ],
    "fiche mise à jour": lambda: [
        fiches.fiche_mise_a_jour(resultat(ZOE, adresse_mss=ZOE.adresses[1]), ZOE, "fiche", "fait")
    ],
    "RPPS inconnu refusé": lambda: [fiches.rpps_inconnu_non_repris("refuse", None, "1", temoin="zoe", dit="non")],
    "réglages gardés": lambda: [frequence.reglages_gardes({24.0: 24, 168.0: 168.0}, "")],
    "chargements au rythme": lambda: _seuls(0.0, 1.0, 2.1),
    "chargements, chacun en deux demandes": lambda: _seuls(0.0, 0.05, 1.0, 1.05, 2.1, 2.15),
    "rattrapages par l'API": lambda: _seuls(0.0, 1.0, 2.1, cible="Practitioner?_lastUpdated=ge2026-11-21"),
}

FAUTIFS: dict[str, tuple[Fabrique, set[str]]] = {
    "sans clé": (lambda: [api.cle_envoyee([echange("Practitioner", entetes=(), statut=401)])], {"ANN-API-01"}),
    "page sans clé": (
        lambda: [api.cle_envoyee([echange("Practitioner"), echange("_page?id=x", entetes=(), numero=2)])],
        {"ANN-API-01"},
    ),
    "clé inconnue": (lambda: [api.cle_envoyee([echange("Practitioner", statut=403)])], {"ANN-API-01"}),
    "décalage calculé": (lambda: _pages("Practitioner?family=A&_getpagesoffset=50"), {"ANN-API-02"}),
    "page inventée": (lambda: _pages("_page?id=autre"), {"ANN-API-02"}),
    "page jamais promise": (lambda: _pages("_page?id=abc_-123", suivante=None), {"ANN-API-02"}),
    "rafale de dix-huit, puis le calme": (_rafale_puis_calme, {"ANN-API-03"}),
    "dix-huit par seconde": (lambda: _debit(18, 0.05), {"ANN-API-03"}),
    "sans recul": (lambda: _recul(0.1), {"ANN-API-04"}),
    "recul trop court": (lambda: _recul(1.5, "5"), {"ANN-API-04"}),
    "delta d'un an": (lambda: [api.delta_borne([echange("Practitioner?_lastUpdated=gt2025-11-01")])], {"ANN-API-05"}),
    "encodé deux fois": (lambda: _encodage("Practitioner?family=LEF%25C3%2588VRE"), {"ANN-API-06"}),
    "espace encodé deux fois": (lambda: _encodage("Practitioner?family=DE%2520LA"), {"ANN-API-06"}),
    "ISO 8859-1": (lambda: _encodage("Practitioner?family=LEF%C8VRE"), {"ANN-API-06"}),
    "octets bruts": (lambda: _encodage("Practitioner?family=LEFÈVRE"), {"ANN-API-06"}),
    "échappement coupé": (lambda: _encodage("Practitioner?family=LEF%C"), {"ANN-API-06"}),
    "identifiant d'une autre édition": (lambda: _techniques(edition="2"), {"ANN-API-07"}),
    "identifiant jamais lu": (lambda: _techniques(edition="1", cible="Practitioner?_id=003-9"), {"ANN-API-07"}),
    "PUT": (lambda: [api.methodes_admises([echange("Practitioner/1", methode="PUT", statut=405)])], {"ANN-API-08"}),
    "POST sans _search": (lambda: [api.methodes_admises([echange("Practitioner", methode="POST")])], {"ANN-API-08"}),
    "personne introuvable": (lambda: [adresses.adresse_trouvee([resultat(NOE)], ZOE)], {"ANN-BAL-01"}),
    "sans adresse": (lambda: [adresses.adresse_trouvee([resultat(ZOE, adresses_mss=[])], ZOE)], {"ANN-BAL-01"}),
    "adresse d'un autre": (
        lambda: [adresses.adresse_trouvee([resultat(ZOE, adresses_mss=["zoe@autre.mssante.fr"])], ZOE)],
        {"ANN-BAL-01"},
    ),
    "adresse ancienne ajoutée": (
        lambda: [adresses.adresse_trouvee([resultat(ZOE, adresses_mss=[*ZOE.adresses, "v@x.fr"])], ZOE)],
        {"ANN-BAL-01"},
    ),
    "homonymes sans RPPS": (
        lambda: [adresses.adresse_trouvee([resultat(ZOE, rpps=None), resultat(ZOE, rpps=None)], ZOE)],
        {"ANN-BAL-01"},
    ),
    "autre nom, même prénom, sans RPPS": (
        lambda: [adresses.adresse_trouvee([resultat(ZOE, rpps=None, nom="MARCHAND")], ZOE)],
        {"ANN-BAL-01"},
    ),
    "adresse sans source": (lambda: _methode([resultat(ZOE)], echange("Practitioner")), {"ANN-BAL-02"}),
    "adresse devinée": (
        lambda: [adresses.aucune_adresse([resultat(NOE, adresses_mss=["n@x.fr"])], NOE, temoins=["z"])],
        {"ANN-BAL-03"},
    ),
    "rien de téléchargé": (lambda: [chargement.extraction_telechargee([], "fait")], {"ANN-IMP-01"}),
    "extraction refusée": (
        lambda: [chargement.extraction_telechargee([telechargement(b"", statut=404)], "fait")],
        {"ANN-IMP-01"},
    ),
    "rapport faux": (lambda: [chargement.rapport_fidele({"lus": 1000}, _DEUX)], {"ANN-IMP-02"}),
    "rapport sans nombre": (lambda: [chargement.rapport_fidele({"source": "x"}, _DEUX)], {"ANN-IMP-02"}),
    "professionnel oublié": (
        lambda: [chargement.professionnel_integre([], ZOE, api_appelee=False, dit="fait")],
        {"ANN-IMP-03"},
    ),
    "accents abîmés": (
        lambda: [chargement.professionnel_integre([resultat(ZOE, prenom="ZoÃ©")], ZOE, api_appelee=False)],
        {"ANN-IMP-03"},
    ),
    "autre spécialité": (
        lambda: [chargement.professionnel_integre([resultat(ZOE, specialite="Pneumologie")], ZOE, api_appelee=False)],
        {"ANN-IMP-03"},
    ),
    "recherche par l'API seule": (
        lambda: [chargement.professionnel_integre([], ZOE, api_appelee=True, dit="echec")],
        {"ANN-IMP-03"},
    ),
    "nom d'avant": (
        lambda: [chargement.professionnel_remis_a_jour([resultat(ZOE, nom="LEROY")], ZOE, api_appelee=False)],
        {"ANN-IMP-04"},
    ),
    "radié proposé": (
        lambda: [chargement.professionnel_ecarte([resultat(NOE)], NOE, temoins=["z"], api_appelee=False, dit="")],
        {"ANN-IMP-07"},
    ),
    "radié cherché dans l'API": (
        lambda: [chargement.professionnel_ecarte([], NOE, temoins=["z"], api_appelee=True, dit="echec")],
        {"ANN-IMP-07"},
    ),
    "archive coupée chargée": (lambda: [chargement.echec_dit("fait", {"lus": 3}, "fait")], {"ANN-IMP-05"}),
    "chargement raté": (lambda: [chargement.chargement_abouti("echec", "colonne absente")], {"ANN-IMP-06"}),
    "fiche vide": (
        lambda: [fiches.fiche_creee(resultat(ZOE, nom="ESSAI-01", prenom=""), ZOE, "fiche", "fait")],
        {"ANN-FIC-01"},
    ),
    "fiche non montrée": (lambda: [fiches.fiche_creee(None, ZOE, "fiche", "refuse")], {"ANN-FIC-01"}),
    "fiche sans RPPS": (lambda: [fiches.fiche_creee(resultat(ZOE, rpps=None), ZOE, "fiche", "")], {"ANN-FIC-01"}),
    "fiche périmée": (
        lambda: [fiches.fiche_mise_a_jour(resultat(ZOE, specialite="SM41"), ZOE, "fiche", "fait")],
        {"ANN-FIC-02"},
    ),
    "adresse périmée": (
        lambda: [fiches.fiche_mise_a_jour(resultat(ZOE, adresse_mss="v@x.fr"), ZOE, "fiche", "")],
        {"ANN-FIC-02"},
    ),
    "RPPS inconnu accepté": (
        lambda: [fiches.rpps_inconnu_non_repris("fait", resultat(NOE), "1", temoin="zoe", dit="")],
        {"ANN-FIC-03"},
    ),
    "RPPS inconnu sans donnée": (
        lambda: [fiches.rpps_inconnu_non_repris("fait", {"rpps": "1"}, "1", temoin="zoe", dit="fait")],
        {"ANN-FIC-03"},
    ),
    "réglage perdu": (lambda: [frequence.reglages_gardes({24.0: 24, 168.0: 24}, "")], {"ANN-FRE-01"}),
    "réglage oublié": (lambda: [frequence.reglages_gardes({24.0: None, 168.0: True}, "")], {"ANN-FRE-01"}),
    "réglage illisible": (
        lambda: [frequence.reglages_gardes({24.0: 24, 168.0: frequence.ILLISIBLE}, "fait")],
        {"ANN-FRE-01"},
    ),
    "aucun chargement": (lambda: [frequence.chargements_seuls([], _SECONDE)], {"ANN-FRE-02"}),
    "un seul chargement": (lambda: _seuls(0.0), {"ANN-FRE-02"}),
    "rythme trop rapide": (lambda: _seuls(0.0, 0.3, 0.6, 0.9), {"ANN-FRE-02"}),
    "un chargement de trop entre deux": (lambda: _seuls(0.0, 0.3, 1.3, 2.3), {"ANN-FRE-02"}),
    "rythme trop lent": (lambda: _seuls(0.0, 5.0, 10.0), {"ANN-FRE-02"}),
    "rythme court refusé": (lambda: [frequence.rythme_court_impossible("refuse")], {"ANN-FRE-02"}),
}

SANS_OBJET: dict[str, Fabrique] = {
    "aucun appel": lambda: [
        regle([]) for regle in (api.cle_envoyee, api.methodes_admises, api.pages_suivies, api.debit_tenu,
                                api.criteres_encodes, api.recul_apres_refus, api.delta_borne,
                                api.identifiants_du_moment)
    ],
    "rien à comparer": lambda: [
        adresses.adresse_trouvee([], NOE),
        adresses.aucune_adresse([], ZOE, temoins=["z"]),
        adresses.aucune_adresse([], NOE, temoins=[]),
        adresses.preferee_d_abord([resultat(NOE)], NOE),
        chargement.professionnel_ecarte([], NOE, temoins=[], api_appelee=False, dit=""),
        fiches.rpps_inconnu_non_repris("refuse", None, "1", temoin="", dit=""),
        frequence.reglages_gardes({24.0: 24}, ""),
        *_methode([resultat(replace(ZOE, adresses=()))]),
    ],
}  # fmt: skip

REMARQUES: dict[str, Fabrique] = {
    "préférée absente": lambda: [
        adresses.preferee_d_abord([resultat(ZOE, adresses_mss=[ZOE.adresses[1]])], ZOE)
    ],
}  # fmt: skip

__all__ = ["CLE", "CONFORMES", "FAUTIFS", "REMARQUES", "SANS_OBJET"]
