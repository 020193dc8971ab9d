"""Ce qu'un logiciel dit de sa connexion par Pro Santé Connect : `pro_sante_connect` de logiciel.yaml ou de /apropos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from jsonschema import Draft202012Validator

from requirements.modele import Fournisseur, Modalite
from steps.logiciel.schema_rapide import TYPES_JSON

METHODES = ("client_secret_basic", "client_secret_post", "private_key_jwt", "client_secret_jwt", "tls_client_auth")
_MODALITES = {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"enum": [m.value for m in Modalite]}}
_ADRESSES = {
    "type": "array",
    "uniqueItems": True,
    "items": {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s#]+$"},
}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "modalites": {
            **_MODALITES,
            "description": "modalités réclamées avec Pro Santé Connect, une au moins",
            "examples": [["web"]],
        },
        "modalites_etablissement": {
            **_MODALITES,
            "description": "avec le fournisseur d'un établissement ; par défaut les mêmes",
            "examples": [["web"]],
        },
        "client_id": {
            "type": "string",
            "minLength": 1,
            "description": "identifiant de client ; par défaut celui que le banc donne",
            "examples": ["mon-client"],
        },
        "redirect_uris": {
            **_ADRESSES,
            "description": "adresses de retour, à l'octet près",
            "examples": [["https://labo.local:8443/psc/retour"]],
        },
        "post_logout_redirect_uris": {
            **_ADRESSES,
            "description": "adresses où revenir après la déconnexion",
            "examples": [["https://labo.local:8443/psc/sortie"]],
        },
        "authentification": {
            "enum": list(METHODES),
            "description": f"comment le client s'authentifie : {', '.join(METHODES)}",
            "examples": [METHODES[0]],
        },
        "jwks": {
            "type": "object",
            "description": "clés publiques du client, pour private_key_jwt",
            "examples": [{"keys": []}],
        },
        "pkce": {"type": "boolean", "description": "le client emploie PKCE", "examples": [True]},
        "seul_moyen": {
            "type": "boolean",
            "description": "vrai : aucune autre connexion n'existe dans ce logiciel",
            "examples": [False],
        },
    },
}


class DeclarationInvalide(ValueError):
    """Le bloc `pro_sante_connect` est mal écrit ; le message dit où et ce qui était attendu."""


@dataclass(frozen=True)
class ConnexionDeclaree:
    """Comment le logiciel se connecte par un fournisseur d'identité. Champ à None ou liste vide : rien n'est dit.

    `modalites_etablissement` : celles que le logiciel prend avec un fournisseur d'établissement ; vide, les mêmes
    que pour Pro Santé Connect. `jwks` : ses clés publiques, s'il s'authentifie par `private_key_jwt`.
    `seul_moyen` : aucune autre connexion n'existe dans ce logiciel.
    """

    modalites: tuple[str, ...] = ()
    modalites_etablissement: tuple[str, ...] = ()
    client_id: str = ""
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    authentification: str = ""
    jwks: Mapping[str, Any] | None = None
    pkce: bool | None = None
    seul_moyen: bool | None = None

    @classmethod
    def lire(cls, brut: Any, source: str) -> ConnexionDeclaree:
        """Lit et valide le bloc ; DeclarationInvalide en français sinon."""
        erreurs = sorted(Draft202012Validator(SCHEMA).iter_errors(brut), key=lambda e: list(map(str, e.absolute_path)))
        if erreurs:
            lignes = [
                f"  - {'.'.join(['pro_sante_connect', *map(str, e.absolute_path)])} : {dire_faute(e)}" for e in erreurs
            ]
            raise DeclarationInvalide("\n".join([f"{source} : connexion mal décrite", *lignes]))
        lus: dict[str, Any] = {nom: tuple(v) if isinstance(v, list) else v for nom, v in brut.items()}
        return cls(**lus)

    def completer(self, autre: ConnexionDeclaree) -> ConnexionDeclaree:
        """Cette déclaration, et ce que l'autre dit là où celle-ci se tait."""
        vides = {c.name: getattr(autre, c.name) for c in fields(self) if getattr(self, c.name) in (None, "", ())}
        return replace(self, **vides)

    def modalites_chez(self, fournisseur: Fournisseur) -> tuple[str, ...]:
        """Les modalités réclamées chez ce fournisseur."""
        if fournisseur is Fournisseur.ETABLISSEMENT and self.modalites_etablissement:
            return self.modalites_etablissement
        return self.modalites

    def en_dict(self) -> dict[str, Any]:
        """La forme de logiciel.yaml, sans ce qui n'est pas dit."""
        dits = {c.name: getattr(self, c.name) for c in fields(self)}
        return {n: list(v) if isinstance(v, tuple) else v for n, v in dits.items() if v not in (None, "", ())}


NON_DECLAREE = ConnexionDeclaree()
"""Le logiciel ne dit rien de sa connexion."""


def enregistrer(connexion: ConnexionDeclaree, clients: Any, client_du_banc: str, fournisseur: Fournisseur) -> str:
    """Enregistre le logiciel chez un fournisseur du banc, tel qu'il se décrit ; rend son `client_id`.

    `clients` : registre du fournisseur ; `client_du_banc` : celui donné d'office, dont le logiciel connaît le secret.
    Ce que le logiciel ne dit pas reste permis : toute méthode d'authentification, par exemple.
    """
    client_id = connexion.client_id if fournisseur is Fournisseur.PSC and connexion.client_id else client_du_banc
    choix: dict[str, Any] = {
        "redirect_uris": connexion.redirect_uris,
        "post_logout_redirect_uris": connexion.post_logout_redirect_uris,
        "ciba": Modalite.CIBA.value in connexion.modalites_chez(fournisseur),
        "certificats_lies": connexion.authentification == "tls_client_auth",
        "secret": clients[client_du_banc].secret,
    }
    if connexion.authentification:
        choix["methodes"] = (connexion.authentification,)
    if connexion.jwks is not None:
        choix["jwks"] = connexion.jwks
    clients.declarer(client_id, **choix)
    return client_id


def sans_retour(modalite: Modalite, fournisseur: Fournisseur, connexion: ConnexionDeclaree) -> str:
    """Pourquoi une connexion de cette modalité ne peut pas aboutir, faute d'adresse de retour ; vide si elle le peut.

    Le fournisseur refuse toute adresse qui n'est pas enregistrée : c'est la description du logiciel qui est en cause,
    pas le logiciel.
    """
    if modalite is Modalite.CIBA or connexion.redirect_uris:
        return ""
    return (
        f"aucune adresse de retour du logiciel n'est enregistrée chez {fournisseur.libelle}, qui refuserait toute "
        "connexion par un navigateur ; décrire pro_sante_connect.redirect_uris dans logiciel.yaml (ou dans /apropos)"
    )


def dire_faute(erreur: Any) -> str:
    """Une faute de ce bloc, en français."""
    match erreur.validator:
        case "additionalProperties":
            inconnus = [nom for nom in erreur.instance if nom not in SCHEMA["properties"]]
            return f"champ inconnu : {', '.join(map(str, inconnus))} ; attendu : {', '.join(SCHEMA['properties'])}"
        case "enum":
            return f"attendu l'un de {', '.join(map(str, erreur.validator_value))}, reçu {erreur.instance!r}"
        case "type":
            return f"attendu {TYPES_JSON.get(erreur.validator_value, erreur.validator_value)}, reçu {erreur.instance!r}"
        case "minItems":
            return "attendu une modalité au moins ; retirez le champ si le logiciel n'en a pas"
        case "uniqueItems":
            return f"attendu des valeurs distinctes, reçu {list(erreur.instance)!r}"
        case "pattern":
            return f"attendu une adresse entière, sans blanc ni fragment, reçu {erreur.instance!r}"
        case "minLength":
            return "attendu un texte non vide"
        case _:
            return str(erreur.message)


def raison_hors_modalite(
    modalite: Modalite | None, fournisseur: Fournisseur, connexion: ConnexionDeclaree
) -> tuple[bool, str]:
    """Pourquoi un scénario de cette modalité n'est pas joué ; vrai : rien n'est déclaré, l'éditeur doit le dire.

    Ne rien déclarer n'est pas renoncer : l'exigence demande une modalité au moins.
    """
    if modalite is None:
        return False, ""
    reclamees = connexion.modalites_chez(fournisseur)
    if modalite.value in reclamees:
        raison = sans_retour(modalite, fournisseur, connexion)
        return bool(raison), raison
    chez = fournisseur.libelle
    if not reclamees:
        return True, (
            f"aucune modalité de connexion par {chez} n'est déclarée, alors qu'une au moins est demandée ; "
            "décrire pro_sante_connect.modalites dans logiciel.yaml (ou dans /apropos)"
        )
    noms: Sequence[str] = [Modalite(m).libelle for m in reclamees]
    return (
        False,
        f"modalité « {modalite.libelle} » non réclamée par le logiciel chez {chez} (réclamée : {', '.join(noms)})",
    )
