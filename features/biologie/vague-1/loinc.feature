# language: fr
Fonctionnalité: Catalogue d'analyses et codes LOINC
  Le laboratoire exporte son catalogue pour le transcodeur, intègre les codes LOINC qu'il lui rend, les corrige à la main
  et garde la date de chaque code.

  @LOI/va1.01.01
  Scénario: Les chapitres et sous-chapitres s'exportent
    # Le texte officiel demande un fichier d'au moins 10 chapitres et sous-chapitres ; le banc le compare au catalogue montré.
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur exporte les chapitres du catalogue
    Alors le fichier exporté porte le nom prévu, à la date du jour
    Et ses champs sont dans l'ordre prévu, séparés par des points-virgules, les obligatoires remplis
    Et il compte au moins 10 chapitres et sous-chapitres
    Et il dit tous les chapitres et sous-chapitres que le logiciel montre, et eux seuls

  @LOI/va1.02.01
  Scénario: Les examens prescriptibles s'exportent, une ligne par analyse
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur exporte les examens prescriptibles du catalogue
    Alors le fichier exporté porte le nom prévu, à la date du jour
    Et ses champs sont dans l'ordre prévu, séparés par des points-virgules, les obligatoires remplis
    Et il compte au moins 10 analyses
    Et il dit tous les examens que le logiciel montre, avec une ligne par analyse
    Et ses champs facultatifs remplis disent ce que le logiciel montre

  @LOI/va1.03.01
  Scénario: Les analyses de résultat s'exportent
    Étant donné le catalogue d'analyses du laboratoire, tel que le logiciel le montre
    Quand l'administrateur exporte les analyses de résultat du catalogue
    Alors le fichier exporté porte le nom prévu, à la date du jour
    Et ses champs sont dans l'ordre prévu, séparés par des points-virgules, les obligatoires remplis
    Et il compte au moins 10 analyses
    Et il dit toutes les analyses que le logiciel montre, et elles seules
    Et ses champs facultatifs remplis disent ce que le logiciel montre
